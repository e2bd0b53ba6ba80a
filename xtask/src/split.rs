//! Splits the program into parts: what the first view needs, and what is loaded after it.
//!
//! Nothing names what goes where but the program itself: a gate (`Arrived::run` in `src/ui/rest.rs`)
//! calls what needs a later part to be there. Functions, and constants, too, are in the first part from
//! which they can be reached without passing a gate of those after it. So no part calls what is not
//! there yet.
//!
//! What a function calls stands in its code. Whose address it takes, and which constants it reads,
//! the linker says (`--emit-relocs`), about the program as it was before wasm-bindgen and wasm-opt;
//! both leave the functions' names, their places in the table and all addresses as they were.
//!
//! All parts share memory, table and globals. They call one another by the table alone: each puts its
//! functions there when it is loaded.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, ImportSection, Instruction, Module, NameMap,
    NameSection, TableSection, TypeSection,
};
use wasmparser::{
    DataKind, ElementItems, ElementKind, ExternalKind, FunctionBody, KnownCustom, Linking, Name,
    Operator, Parser, Payload, RelocationType, SymbolInfo, TypeRef,
};

/// What the parts after the first one are called, each of which needs those before it.
pub(crate) const LATER: [&str; 2] = ["store", "rest"];

/// How the name ends of what only the gates of a later part call.
const GATES: [&str; LATER.len()] = ["2ui4rest13gate_of_store", "2ui4rest12gate_of_rest"];

/// What the later parts import from.
const FIRST: &str = "page";

/// So few bytes that are not there cost less than a segment of their own.
const GAP: usize = 16;

type Result<T, E = String> = std::result::Result<T, E>;

/// Whether the parts keep the names of their functions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// For whoever wants to know what is in them.
    Kept,
    /// For visitors.
    Dropped,
}

/// A program in parts.
pub(crate) struct Parts {
    /// What a page starts with.
    pub(crate) first: Vec<u8>,
    /// What is loaded after that: as in [`LATER`].
    pub(crate) later: [Vec<u8>; LATER.len()],
    /// What the program calls its imports, and what the first part calls them.
    pub(crate) imports: Vec<(String, String)>,
}

/// Splits `finished`; `linked` is the same program as the linker left it.
pub(crate) fn split(linked: &[u8], finished: &[u8], names: Names) -> Result<Parts> {
    let links = Links::read(linked)?;
    let program = Program::read(finished)?;
    let layout = Layout::of(&program, &links)?;
    let places = Places::of(&program, &layout)?;
    let memory = program.memory();
    let encoded = |part| {
        let side = Side {
            program: &program,
            layout: &layout,
            places: &places,
            names,
            part,
            own: program.in_order(|function| layout.part(function) == part),
        };
        let ranges = |here: bool| -> Vec<_> {
            let objects = links.objects.iter().zip(&layout.objects);
            let chosen = objects.filter(|(_, its)| (**its == part) == here);
            chosen.map(|(object, _)| object.range.clone()).collect()
        };
        let memory = match part {
            // With all that is no object.
            0 => memory.without(&ranges(false)),
            _ => memory.only(&ranges(true)),
        };
        side.encode(&memory)
    };
    Ok(Parts {
        first: encoded(0)?,
        later: [encoded(1)?, encoded(2)?],
        imports: (0..)
            .zip(&program.imports)
            .map(|(number, import)| (import.name.to_owned(), shorter(number)))
            .collect(),
    })
}

fn told(error: impl std::fmt::Display) -> String {
    format!("The program cannot be split: {error}")
}

// What the linker knows ---------------------------------------------------------------------------

/// What somebody refers to by its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    /// A function, by its place in the table.
    Slot(u32),
    /// A constant or variable, by its number among the objects.
    Object(usize),
}

/// A constant or variable.
struct Object {
    /// Where it lies in memory.
    range: Range<u32>,
    /// What it refers to.
    targets: Vec<Target>,
}

/// Who refers to what by its address.
#[derive(Default)]
struct Links {
    objects: Vec<Object>,
    /// By the name of a function.
    functions: HashMap<String, Vec<Target>>,
    /// Of what is no object.
    roots: Vec<Target>,
}

impl Links {
    fn read(linked: &[u8]) -> Result<Self> {
        let mut imported = 0;
        let mut section = 0;
        let mut code = (0, 0); // Number of the section, and where its content begins.
        let mut data = (0, 0);
        let mut bodies: Vec<Range<usize>> = Vec::new();
        // Where in the file each segment lies, and where in memory.
        let mut segments: Vec<(Range<usize>, u32)> = Vec::new();
        let mut slots: HashMap<u32, u32> = HashMap::new();
        let mut names: HashMap<u32, String> = HashMap::new();
        let mut symbols: Vec<Symbol> = Vec::new();
        let mut relocations = Vec::new();
        for payload in Parser::new(0).parse_all(linked) {
            let payload = payload.map_err(told)?;
            match &payload {
                Payload::Version { .. } | Payload::End(_) | Payload::CodeSectionEntry(_) => {}
                _ => section += 1,
            }
            match payload {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        if let TypeRef::Func(_) = import.map_err(told)?.ty {
                            imported += 1;
                        }
                    }
                }
                Payload::ElementSection(elements) => {
                    for element in elements {
                        let element = element.map_err(told)?;
                        for (slot, function) in slots_of(&element)? {
                            slots.insert(function, slot);
                        }
                    }
                }
                Payload::CodeSectionStart {
                    unchecked_range, ..
                } => {
                    code = (section - 1, to_usize(unchecked_range.start));
                }
                Payload::CodeSectionEntry(body) => {
                    let range = body.range();
                    bodies.push(to_usize(range.start)..to_usize(range.end));
                }
                Payload::DataSection(reader) => {
                    data = (section - 1, to_usize(reader.range().start));
                    for segment in reader {
                        let segment = segment.map_err(told)?;
                        let DataKind::Active { offset_expr, .. } = segment.kind else {
                            return Err(told("a segment of data has no address"));
                        };
                        let end = to_usize(segment.range.end);
                        segments.push((end - segment.data.len()..end, constant(&offset_expr)?));
                    }
                }
                Payload::CustomSection(custom) => match custom.as_known() {
                    KnownCustom::Name(reader) => names = function_names(reader)?,
                    KnownCustom::Linking(linking) => {
                        for part in linking.subsections() {
                            if let Linking::SymbolTable(table) = part.map_err(told)? {
                                for symbol in table {
                                    symbols.push(Symbol::of(&symbol.map_err(told)?));
                                }
                            }
                        }
                    }
                    KnownCustom::Reloc(reader) => relocations.push(reader),
                    _ => {}
                },
                _ => {}
            }
        }
        if relocations.is_empty() || symbols.is_empty() {
            return Err(told("the linker did not say who refers to what"));
        }

        let mut links = Self::default();
        let object_of = links.lay_out(&symbols, &segments);
        for reader in relocations {
            let of = usize::try_from(reader.section_index()).map_err(told)?;
            for entry in reader.entries() {
                let entry = entry.map_err(told)?;
                let index = usize::try_from(entry.index).map_err(told)?;
                let target = match entry.ty {
                    RelocationType::TableIndexSleb | RelocationType::TableIndexI32 => {
                        let Some(Symbol::Function(function)) = symbols.get(index) else {
                            return Err(told("an address is that of no function"));
                        };
                        slots.get(function).map(|slot| Target::Slot(*slot))
                    }
                    RelocationType::MemoryAddrLeb
                    | RelocationType::MemoryAddrSleb
                    | RelocationType::MemoryAddrI32 => {
                        object_of.get(&index).map(|object| Target::Object(*object))
                    }
                    RelocationType::FunctionIndexLeb
                    | RelocationType::TableNumberLeb
                    | RelocationType::TypeIndexLeb
                    | RelocationType::GlobalIndexLeb
                    | RelocationType::FunctionOffsetI32
                    | RelocationType::SectionOffsetI32 => None,
                    other => return Err(told(format!("{other:?} is not understood"))),
                };
                let Some(target) = target else { continue };
                let offset = usize::try_from(entry.offset).map_err(told)?;
                if of == code.0 {
                    let at = code.1 + offset;
                    let body = bodies.partition_point(|body| body.end <= at);
                    let name = names
                        .get(&(imported + u32::try_from(body).map_err(told)?))
                        .ok_or_else(|| told("a function has no name"))?;
                    links
                        .functions
                        .entry(name.clone())
                        .or_default()
                        .push(target);
                } else if of == data.0 {
                    let at = data.1 + offset;
                    let (file, memory) = segments
                        .iter()
                        .find(|(file, _)| file.contains(&at))
                        .ok_or_else(|| told("an address is in no segment"))?;
                    let at = memory + u32::try_from(at - file.start).map_err(told)?;
                    match links.object_at(at) {
                        Some(object) => links.objects[object].targets.push(target),
                        None => links.roots.push(target),
                    }
                }
            }
        }
        Ok(links)
    }

    /// Lays out the objects of these symbols, those that overlap as one. Returns which symbol is in
    /// which.
    fn lay_out(
        &mut self,
        symbols: &[Symbol],
        segments: &[(Range<usize>, u32)],
    ) -> HashMap<usize, usize> {
        let mut ranges: Vec<(Range<u32>, usize)> = Vec::new();
        for (number, symbol) in symbols.iter().enumerate() {
            if let Symbol::Constant { segment, range } = symbol
                && let Some((file, memory)) = segments.get(*segment)
                && !range.is_empty()
                && to_usize(range.end) <= file.len()
            {
                ranges.push((memory + range.start..memory + range.end, number));
            }
        }
        ranges.sort_by_key(|(range, _)| (range.start, range.end));
        let mut object_of = HashMap::new();
        for (range, symbol) in ranges {
            match self.objects.last_mut() {
                Some(last) if range.start < last.range.end => {
                    last.range.end = last.range.end.max(range.end);
                }
                _ => self.objects.push(Object {
                    range,
                    targets: Vec::new(),
                }),
            }
            object_of.insert(symbol, self.objects.len() - 1);
        }
        object_of
    }

    fn object_at(&self, address: u32) -> Option<usize> {
        let after = self
            .objects
            .partition_point(|object| object.range.start <= address);
        let object = after.checked_sub(1)?;
        self.objects[object]
            .range
            .contains(&address)
            .then_some(object)
    }
}

/// What the linker calls by a number.
enum Symbol {
    Function(u32),
    Constant { segment: usize, range: Range<u32> },
    Other,
}

impl Symbol {
    fn of(symbol: &SymbolInfo<'_>) -> Self {
        match symbol {
            SymbolInfo::Func { index, .. } => Self::Function(*index),
            SymbolInfo::Data {
                symbol: Some(it), ..
            } => Self::Constant {
                segment: to_usize(it.index),
                range: it.offset..it.offset.saturating_add(it.size),
            },
            _ => Self::Other,
        }
    }
}

fn to_usize(number: impl TryInto<usize>) -> usize {
    number.try_into().unwrap_or(usize::MAX)
}

fn constant(expression: &wasmparser::ConstExpr<'_>) -> Result<u32> {
    match expression.get_operators_reader().read().map_err(told)? {
        #[expect(clippy::cast_sign_loss, reason = "addresses are unsigned")]
        Operator::I32Const { value } => Ok(value as u32),
        _ => Err(told("an address is computed")),
    }
}

/// The functions that an element puts into the first table, by their places.
fn slots_of(element: &wasmparser::Element<'_>) -> Result<Vec<(u32, u32)>> {
    let ElementKind::Active {
        table_index,
        offset_expr,
    } = &element.kind
    else {
        return Ok(Vec::new());
    };
    let ElementItems::Functions(functions) = &element.items else {
        return Ok(Vec::new());
    };
    if table_index.unwrap_or(0) != 0 {
        return Ok(Vec::new());
    }
    let from = constant(offset_expr)?;
    let functions = functions.clone().into_iter();
    (from..)
        .zip(functions)
        .map(|(slot, function)| Ok((slot, function.map_err(told)?)))
        .collect()
}

fn function_names(reader: wasmparser::NameSectionReader<'_>) -> Result<HashMap<u32, String>> {
    let mut names = HashMap::new();
    for part in reader {
        if let Name::Function(map) = part.map_err(told)? {
            for naming in map {
                let naming = naming.map_err(told)?;
                names.insert(naming.index, naming.name.to_owned());
            }
        }
    }
    Ok(names)
}

// The program -------------------------------------------------------------------------------------

/// The program that is to be split.
struct Program<'a> {
    types: Option<wasmparser::TypeSectionReader<'a>>,
    imports: Vec<wasmparser::Import<'a>>,
    tables: Vec<wasmparser::TableType>,
    memories: Option<wasmparser::MemorySectionReader<'a>>,
    globals: Option<wasmparser::GlobalSectionReader<'a>>,
    global_types: Vec<wasmparser::GlobalType>,
    memory_types: Vec<wasmparser::MemoryType>,
    exports: Vec<wasmparser::Export<'a>>,
    /// The elements that are not of the first table, nor of known places.
    other_elements: Vec<wasmparser::Element<'a>>,
    start: Option<u32>,
    imported: u32,
    /// The type of each function, those that are imported first.
    signatures: Vec<u32>,
    bodies: Vec<FunctionBody<'a>>,
    names: HashMap<u32, String>,
    /// What stands in the first table.
    slots: BTreeMap<u32, u32>,
    segments: Vec<(u32, &'a [u8])>,
}

impl<'a> Program<'a> {
    fn read(finished: &'a [u8]) -> Result<Self> {
        let mut program = Program {
            types: None,
            imports: Vec::new(),
            tables: Vec::new(),
            memories: None,
            globals: None,
            global_types: Vec::new(),
            memory_types: Vec::new(),
            exports: Vec::new(),
            other_elements: Vec::new(),
            start: None,
            imported: 0,
            signatures: Vec::new(),
            bodies: Vec::new(),
            names: HashMap::new(),
            slots: BTreeMap::new(),
            segments: Vec::new(),
        };
        for payload in Parser::new(0).parse_all(finished) {
            match payload.map_err(told)? {
                Payload::TypeSection(types) => program.types = Some(types),
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import.map_err(told)?;
                        let TypeRef::Func(kind) = import.ty else {
                            return Err(told("it imports more than functions"));
                        };
                        program.signatures.push(kind);
                        program.imports.push(import);
                    }
                    program.imported = u32::try_from(program.signatures.len()).map_err(told)?;
                }
                Payload::FunctionSection(functions) => {
                    for kind in functions {
                        program.signatures.push(kind.map_err(told)?);
                    }
                }
                Payload::TableSection(tables) => {
                    for table in tables {
                        program.tables.push(table.map_err(told)?.ty);
                    }
                }
                Payload::MemorySection(memories) => {
                    for memory in memories.clone() {
                        program.memory_types.push(memory.map_err(told)?);
                    }
                    program.memories = Some(memories);
                }
                Payload::GlobalSection(globals) => {
                    for global in globals.clone() {
                        program.global_types.push(global.map_err(told)?.ty);
                    }
                    program.globals = Some(globals);
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        program.exports.push(export.map_err(told)?);
                    }
                }
                Payload::StartSection { func, .. } => program.start = Some(func),
                Payload::ElementSection(elements) => {
                    for element in elements {
                        let element = element.map_err(told)?;
                        let slots = slots_of(&element)?;
                        if slots.is_empty() {
                            program.other_elements.push(element);
                        }
                        program.slots.extend(slots);
                    }
                }
                Payload::CodeSectionEntry(body) => program.bodies.push(body),
                Payload::DataSection(segments) => {
                    for segment in segments {
                        let segment = segment.map_err(told)?;
                        let DataKind::Active { offset_expr, .. } = segment.kind else {
                            return Err(told("a segment of data has no address"));
                        };
                        program
                            .segments
                            .push((constant(&offset_expr)?, segment.data));
                    }
                }
                Payload::CustomSection(custom) => {
                    if let KnownCustom::Name(reader) = custom.as_known() {
                        program.names = function_names(reader)?;
                    }
                }
                _ => {}
            }
        }
        program.drop_unused_classes();
        Ok(program)
    }

    /// Drops what is exported for objects of classes of which the program hands out none.
    fn drop_unused_classes(&mut self) {
        let unused: Vec<&str> = self
            .exports
            .iter()
            .filter_map(|export| export.name.strip_prefix("__wbg_")?.strip_suffix("_free"))
            .filter(|class| {
                let made = format!("__wbg_{class}_new");
                !self
                    .imports
                    .iter()
                    .any(|import| import.name.starts_with(&made))
            })
            .collect();
        self.exports.retain(|export| {
            let name = export.name.strip_prefix("__wbg_").unwrap_or(export.name);
            !unused.iter().any(|class| {
                name.strip_prefix(class)
                    .is_some_and(|it| it.starts_with('_'))
            })
        });
    }

    fn name(&self, function: u32) -> &str {
        self.names.get(&function).map_or("", String::as_str)
    }

    fn body(&self, function: u32) -> Option<&FunctionBody<'a>> {
        self.bodies
            .get(to_usize(function.checked_sub(self.imported)?))
    }

    /// Some of the functions: those that are imported, then those of each type, in an order in which those
    /// whose code begins alike are neighbours. So they compress best.
    fn in_order(&self, chosen: impl Fn(u32) -> bool) -> Vec<u32> {
        let all = (0..).take(self.signatures.len());
        let mut functions: Vec<u32> = all.filter(|function| chosen(*function)).collect();
        functions.sort_by_key(|function| {
            let code = self.body(*function).map(FunctionBody::as_bytes);
            code.map(|code| (self.signatures[to_usize(*function)], code))
        });
        functions
    }

    fn calls(&self, function: u32) -> Result<Vec<u32>> {
        let mut calls = Vec::new();
        if let Some(body) = self.body(function) {
            for operator in body.get_operators_reader().map_err(told)? {
                match operator.map_err(told)? {
                    Operator::Call { function_index } | Operator::RefFunc { function_index } => {
                        calls.push(function_index);
                    }
                    Operator::ReturnCall { .. } => return Err(told("it has tail calls")),
                    _ => {}
                }
            }
        }
        Ok(calls)
    }

    /// The functions that are only called when a part is there: the name of what they call ends so.
    fn gates(&self, name: &str) -> Result<BTreeSet<u32>> {
        let mark = self.names.iter().find(|(_, it)| it.ends_with(name));
        let (mark, _) = mark.ok_or_else(|| told(format!("it has no {name}")))?;
        let mut gates = BTreeSet::new();
        for function in (0..).take(self.signatures.len()) {
            if self.calls(function)?.contains(mark) {
                gates.insert(function);
            }
        }
        Ok(gates)
    }

    fn memory(&self) -> Memory {
        let segments = self.segments.iter();
        Memory(
            segments
                .map(|(address, content)| (*address, content.to_vec()))
                .collect(),
        )
    }
}

/// What lies in memory at first: contents by their addresses.
struct Memory(BTreeMap<u32, Vec<u8>>);

impl Memory {
    /// What does not lie in one of these ranges.
    fn without(&self, ranges: &[Range<u32>]) -> Self {
        let mut memory = BTreeMap::new();
        for (start, content) in &self.0 {
            let mut content = content.clone();
            for (range, _) in overlaps(*start, content.len(), ranges) {
                content[range].fill(0);
            }
            memory.extend(without_gaps(*start, &content));
        }
        Self(memory)
    }

    /// What lies in one of these ranges.
    fn only(&self, ranges: &[Range<u32>]) -> Self {
        let mut memory = BTreeMap::new();
        for (start, content) in &self.0 {
            for (range, address) in overlaps(*start, content.len(), ranges) {
                memory.insert(address, content[range].to_vec());
            }
        }
        Self(memory)
    }

    fn section(&self) -> DataSection {
        let mut section = DataSection::new();
        for (address, content) in &self.0 {
            section.active(0, &offset(*address), content.iter().copied());
        }
        section
    }
}

/// Which parts of a content at an address lie in one of these ranges, and at which address.
fn overlaps(
    start: u32,
    length: usize,
    ranges: &[Range<u32>],
) -> impl Iterator<Item = (Range<usize>, u32)> {
    let end = start + u32::try_from(length).unwrap_or(u32::MAX);
    ranges.iter().filter_map(move |range| {
        let (from, to) = (range.start.max(start), range.end.min(end));
        (from < to).then(|| (to_usize(from - start)..to_usize(to - start), from))
    })
}

/// The pieces of a content between long runs of zeros, which memory begins with anyway.
fn without_gaps(start: u32, content: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let mut pieces: Vec<(usize, usize)> = Vec::new();
    for (at, byte) in content.iter().enumerate() {
        if *byte != 0 {
            match pieces.last_mut() {
                Some((_, end)) if at - *end < GAP => *end = at + 1,
                _ => pieces.push((at, at + 1)),
            }
        }
    }
    pieces
        .into_iter()
        .map(|(from, to)| {
            (
                start + u32::try_from(from).unwrap_or(u32::MAX),
                content[from..to].to_vec(),
            )
        })
        .collect()
}

fn offset(address: u32) -> ConstExpr {
    ConstExpr::i32_const(address.cast_signed())
}

// What goes where ---------------------------------------------------------------------------------

/// Which part each function and each object is in: 0 is the first one.
struct Layout {
    functions: Vec<usize>,
    objects: Vec<usize>,
}

impl Layout {
    fn of(program: &Program<'_>, links: &Links) -> Result<Self> {
        // What cannot be reached at all is in the last one.
        let mut layout = Self {
            functions: vec![LATER.len(); program.signatures.len()],
            objects: vec![LATER.len(); links.objects.len()],
        };
        for part in (0..LATER.len()).rev() {
            let mut closed = BTreeSet::new();
            for gate in &GATES[part..] {
                closed.extend(program.gates(gate)?);
            }
            layout.lower(part, &closed, program, links)?;
        }
        Ok(layout)
    }

    /// Puts all that can be reached from outside without passing one of these gates into this part.
    fn lower(
        &mut self,
        part: usize,
        closed: &BTreeSet<u32>,
        program: &Program<'_>,
        links: &Links,
    ) -> Result<()> {
        let mut functions: Vec<u32> = (0..program.imported).collect();
        for export in &program.exports {
            if export.kind == ExternalKind::Func {
                functions.push(export.index);
            }
        }
        functions.extend(program.start);
        let mut targets = links.roots.clone();
        loop {
            if let Some(function) = functions.pop() {
                let place = &mut self.functions[to_usize(function)];
                if *place == part || closed.contains(&function) {
                    continue;
                }
                *place = part;
                functions.extend(program.calls(function)?);
                let name = program.name(function);
                targets.extend(links.functions.get(name).into_iter().flatten());
            } else if let Some(target) = targets.pop() {
                match target {
                    Target::Slot(slot) => {
                        functions.extend(program.slots.get(&slot));
                    }
                    Target::Object(object) => {
                        if self.objects[object] != part {
                            self.objects[object] = part;
                            targets.extend(&links.objects[object].targets);
                        }
                    }
                }
            } else {
                return Ok(());
            }
        }
    }

    fn part(&self, function: u32) -> usize {
        self.functions[to_usize(function)]
    }
}

/// Where the functions are found by the other parts.
struct Places {
    /// The place of each function that has one.
    of: HashMap<u32, u32>,
    /// What was added to the table, by place.
    added: BTreeMap<u32, u32>,
    /// How many places the table has.
    length: u32,
}

impl Places {
    fn of(program: &Program<'_>, layout: &Layout) -> Result<Self> {
        let mut places = Self {
            of: program
                .slots
                .iter()
                .map(|(slot, function)| (*function, *slot))
                .collect(),
            added: BTreeMap::new(),
            length: program.slots.keys().next_back().map_or(1, |last| last + 1),
        };
        let all = u32::try_from(program.signatures.len()).map_err(told)?;
        for function in program.imported..all {
            let here = layout.part(function);
            for called in program.calls(function)? {
                if layout.part(called) != here && !places.of.contains_key(&called) {
                    places.of.insert(called, places.length);
                    places.added.insert(places.length, called);
                    places.length += 1;
                }
            }
        }
        Ok(places)
    }
}

// Writing -----------------------------------------------------------------------------------------

/// One of the parts.
struct Side<'a> {
    program: &'a Program<'a>,
    layout: &'a Layout,
    places: &'a Places,
    names: Names,
    part: usize,
    /// Its functions, in their order.
    own: Vec<u32>,
}

impl Side<'_> {
    /// Tells whether a function is in this part.
    fn holds(&self, function: u32) -> bool {
        self.layout.part(function) == self.part
    }

    fn own(&self) -> impl Iterator<Item = u32> {
        self.own.iter().copied()
    }

    fn encode(&self, memory: &Memory) -> Result<Vec<u8>> {
        let program = self.program;
        let mut writer = Writer {
            side: self,
            numbers: self.own().zip(0..).collect(),
        };
        let mut module = Module::new();

        let mut types = TypeSection::new();
        if let Some(reader) = program.types.clone() {
            writer
                .parse_type_section(&mut types, reader)
                .map_err(told)?;
        }
        module.section(&types);

        let mut imports = ImportSection::new();
        if self.part > 0 {
            for (number, memory) in program.memory_types.iter().enumerate() {
                let kind = writer.memory_type(*memory).map_err(told)?;
                imports.import(FIRST, &shared("memory", number), EntityType::Memory(kind));
            }
            for (number, table) in self.tables(&mut writer)?.into_iter().enumerate() {
                imports.import(FIRST, &shared("table", number), EntityType::Table(table));
            }
            for (number, global) in program.global_types.iter().enumerate() {
                let kind = writer.global_type(*global).map_err(told)?;
                imports.import(FIRST, &shared("global", number), EntityType::Global(kind));
            }
        } else {
            for (number, import) in (0..).zip(&program.imports) {
                let kind = writer.entity_type(import.ty).map_err(told)?;
                imports.import(import.module, &shorter(number), kind);
            }
        }
        module.section(&imports);

        let mut functions = FunctionSection::new();
        for function in self.own().filter(|function| *function >= program.imported) {
            functions.function(program.signatures[to_usize(function)]);
        }
        if self.part == 0 {
            // That of the trap may be any.
            functions.function(0);
        }
        module.section(&functions);

        if self.part == 0 {
            let mut tables = TableSection::new();
            for table in self.tables(&mut writer)? {
                tables.table(table);
            }
            module.section(&tables);
            if let Some(reader) = program.memories.clone() {
                let mut memories = wasm_encoder::MemorySection::new();
                writer
                    .parse_memory_section(&mut memories, reader)
                    .map_err(told)?;
                module.section(&memories);
            }
            if let Some(reader) = program.globals.clone() {
                let mut globals = wasm_encoder::GlobalSection::new();
                writer
                    .parse_global_section(&mut globals, reader)
                    .map_err(told)?;
                module.section(&globals);
            }
            let mut exports = ExportSection::new();
            for export in &program.exports {
                writer.parse_export(&mut exports, *export).map_err(told)?;
            }
            let all = [
                ("memory", program.memory_types.len(), ExportKind::Memory),
                ("table", program.tables.len(), ExportKind::Table),
                ("global", program.global_types.len(), ExportKind::Global),
            ];
            for (kind, count, export) in all {
                for (number, index) in (0..count).zip(0..) {
                    exports.export(&shared(kind, number), export, index);
                }
            }
            module.section(&exports);
            if let Some(start) = program.start {
                let function_index = writer.function_index(start).map_err(told)?;
                module.section(&wasm_encoder::StartSection { function_index });
            }
        }
        module.section(&self.elements(&mut writer)?);

        let mut code = CodeSection::new();
        for function in self.own() {
            if let Some(body) = program.body(function) {
                writer
                    .parse_function_body(&mut code, body.clone())
                    .map_err(told)?;
            }
        }
        if self.part == 0 {
            let mut trap = Function::new([]);
            trap.instructions().unreachable().end();
            code.function(&trap);
        }
        module.section(&code);
        module.section(&memory.section());
        if self.names == Names::Kept {
            let mut names = NameMap::new();
            for (function, number) in self.own().zip(0..) {
                names.append(number, program.name(function));
            }
            let mut section = NameSection::new();
            section.functions(&names);
            module.section(&section);
        }
        Ok(module.finish())
    }

    /// The tables, the first with room for what was added.
    fn tables(&self, writer: &mut Writer<'_>) -> Result<Vec<wasm_encoder::TableType>> {
        let mut tables = Vec::new();
        for table in &self.program.tables {
            tables.push(writer.table_type(*table).map_err(told)?);
        }
        if let Some(table) = tables.first_mut() {
            table.minimum = table.minimum.max(self.places.length.into());
            table.maximum = table.maximum.map(|most| most.max(table.minimum));
        }
        Ok(tables)
    }

    /// What this part puts into the tables: runs of neighbours. The first part leaves no gaps between them:
    /// a trap takes less than a run of its own, and stands there until a later part comes.
    fn elements(&self, writer: &mut Writer<'_>) -> Result<ElementSection> {
        let mut section = ElementSection::new();
        let mut runs: Vec<(u32, Vec<u32>)> = Vec::new();
        // It comes after all others.
        let trap = u32::try_from(self.own().count()).map_err(told)?;
        for (slot, function) in self.program.slots.iter().chain(&self.places.added) {
            if self.holds(*function) {
                let number = writer.function_index(*function).map_err(told)?;
                if let (Some((from, run)), 0) = (runs.last_mut(), self.part) {
                    run.resize(to_usize(*slot - *from), trap);
                }
                match runs.last_mut() {
                    Some((from, run)) if to_usize(*from) + run.len() == to_usize(*slot) => {
                        run.push(number);
                    }
                    _ => runs.push((*slot, vec![number])),
                }
            }
        }
        for (slot, run) in runs {
            section.active(None, &offset(slot), Elements::Functions(run.into()));
        }
        if self.part == 0 {
            for element in &self.program.other_elements {
                writer
                    .parse_element(&mut section, element.clone())
                    .map_err(told)?;
            }
        }
        Ok(section)
    }
}

/// What the first part calls one of its imports, whose own name is longer than what it does.
fn shorter(number: usize) -> String {
    format!("_{number:x}")
}

/// What the first part calls something that all share.
fn shared(kind: &str, number: usize) -> String {
    format!("{kind}-{number}")
}

/// Writes one part with the numbers that its functions have there.
struct Writer<'a> {
    side: &'a Side<'a>,
    numbers: HashMap<u32, u32>,
}

impl Reencode for Writer<'_> {
    type Error = String;

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error<String>> {
        self.numbers.get(&function).copied().ok_or_else(|| {
            let name = self.side.program.name(function);
            reencode::Error::UserError(format!("{name} is in another part"))
        })
    }

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), reencode::Error<String>> {
        let mut function: Function = self.new_function_with_parsed_locals(&body)?;
        for operator in body.get_operators_reader()? {
            match operator? {
                Operator::Call {
                    function_index: called,
                } if !self.side.holds(called) => {
                    let place = self
                        .side
                        .places
                        .of
                        .get(&called)
                        .copied()
                        .unwrap_or_default();
                    function.instruction(&Instruction::I32Const(place.cast_signed()));
                    function.instruction(&Instruction::CallIndirect {
                        type_index: self.side.program.signatures[to_usize(called)],
                        table_index: 0,
                    });
                }
                operator => {
                    function.instruction(&self.instruction(operator)?);
                }
            }
        }
        code.function(&function);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{
        CustomSection, DataSymbolDefinition, Encode as _, LinkingSection, MemorySection,
        SymbolTable,
    };

    /// Where the constants lie: one of four bytes for `main`, then one of four for `far`.
    const CONSTANTS: u32 = 1024;

    /// `main` calls `run` and `open`, two gates, and `shared`; `open` calls `read`; `run` calls `far` and
    /// `early`; `far` calls `read` and `shared`; and `main` calls `early`, too, and `now`, which is
    /// imported.
    fn program() -> Vec<u8> {
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([], []);
        module.section(&types);
        let mut imports = ImportSection::new();
        imports.import("browser", "now", EntityType::Function(0));
        module.section(&imports);
        let mut functions = FunctionSection::new();
        let bodies: [(&str, &[u32], Option<u32>); 9] = [
            ("main", &[0, 3, 5, 7, 9], Some(CONSTANTS)),
            ("page2ui4rest12gate_of_rest", &[], None),
            ("run", &[2, 4, 9], None),
            ("far", &[8, 5], Some(CONSTANTS + 4)),
            ("shared", &[], None),
            ("page2ui4rest13gate_of_store", &[], None),
            ("open", &[6, 8], None),
            ("read", &[5], None),
            ("early", &[], None),
        ];
        let (mut code, mut names) = (CodeSection::new(), NameMap::new());
        names.append(0, "now");
        for (number, (name, calls, constant)) in (1..).zip(bodies) {
            functions.function(0);
            names.append(number, name);
            let mut body = Function::new([]);
            for called in calls {
                body.instruction(&Instruction::Call(*called));
            }
            if let Some(constant) = constant {
                body.instruction(&Instruction::I32Const(constant.cast_signed()));
                body.instruction(&Instruction::Drop);
            }
            body.instruction(&Instruction::End);
            code.function(&body);
        }
        module.section(&functions);
        let mut tables = TableSection::new();
        tables.table(wasm_encoder::TableType {
            element_type: wasm_encoder::RefType::FUNCREF,
            table64: false,
            minimum: 1,
            maximum: Some(1),
            shared: false,
        });
        module.section(&tables);
        let mut memories = MemorySection::new();
        memories.memory(wasm_encoder::MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        module.section(&memories);
        let mut exports = ExportSection::new();
        exports.export("main", ExportKind::Func, 1);
        module.section(&exports);
        module.section(&code);
        let mut data = DataSection::new();
        data.active(0, &offset(CONSTANTS), *b"maingone");
        module.section(&data);
        let mut section = NameSection::new();
        section.functions(&names);
        module.section(&section);

        let mut symbols = SymbolTable::new();
        for (number, name) in ["a", "b"].into_iter().enumerate() {
            let offset = u32::try_from(number * 4).unwrap_or_default();
            let definition = DataSymbolDefinition {
                index: 0,
                offset,
                size: 4,
            };
            symbols.data(0, name, Some(definition));
        }
        let mut linking = LinkingSection::new();
        linking.symbol_table(&symbols);
        module.section(&linking);
        let so_far = module.clone().finish();
        let mut relocations = Vec::new();
        let (section, code) = bodies_of(&so_far);
        section.encode(&mut relocations);
        2_u32.encode(&mut relocations);
        for (body, symbol) in [(code[0], 0_u32), (code[3], 1)] {
            relocations.push(RelocationType::MemoryAddrSleb as u8);
            body.encode(&mut relocations);
            symbol.encode(&mut relocations);
            0_i32.encode(&mut relocations);
        }
        module.section(&CustomSection {
            name: "reloc.CODE".into(),
            data: relocations.into(),
        });
        module.finish()
    }

    /// The number of the section of code, and where in it each body begins.
    fn bodies_of(module: &[u8]) -> (u32, Vec<u32>) {
        let (mut section, mut found, mut start) = (0, 0, 0);
        let mut bodies = Vec::new();
        for payload in Parser::new(0).parse_all(module) {
            match payload.expect("a module") {
                Payload::Version { .. } | Payload::End(_) => {}
                Payload::CodeSectionEntry(body) => {
                    bodies.push(u32::try_from(body.range().start - start).expect("a small one"));
                }
                Payload::CodeSectionStart {
                    unchecked_range, ..
                } => {
                    (found, start) = (section, unchecked_range.start);
                    section += 1;
                }
                _ => section += 1,
            }
        }
        (found, bodies)
    }

    fn names_in(module: &[u8]) -> Vec<String> {
        let mut names = Vec::new();
        for payload in Parser::new(0).parse_all(module) {
            if let Payload::CustomSection(custom) = payload.expect("a module")
                && let KnownCustom::Name(reader) = custom.as_known()
            {
                names.extend(function_names(reader).expect("names").into_values());
            }
        }
        names.sort();
        names
    }

    fn memory_of(module: &[u8]) -> Vec<(u32, Vec<u8>)> {
        let mut memory = Vec::new();
        for payload in Parser::new(0).parse_all(module) {
            if let Payload::DataSection(segments) = payload.expect("a module") {
                for segment in segments {
                    let segment = segment.expect("a segment");
                    let DataKind::Active { offset_expr, .. } = segment.kind else {
                        continue;
                    };
                    let address = constant(&offset_expr).expect("an address");
                    memory.push((address, segment.data.to_vec()));
                }
            }
        }
        memory
    }

    #[test]
    fn what_only_the_gates_of_a_part_lead_to_is_in_that_part() {
        let program = program();
        let parts = split(&program, &program, Names::Kept).expect("it can be split");
        assert_eq!(names_in(&parts.first), ["early", "main", "now", "shared"]);
        assert_eq!(parts.imports, [("now".to_owned(), "_0".to_owned())]);
        let [store, rest] = parts.later;
        let of_store = ["open", "page2ui4rest13gate_of_store", "read"];
        assert_eq!(names_in(&store), of_store);
        let of_rest = ["far", "page2ui4rest12gate_of_rest", "run"];
        assert_eq!(names_in(&rest), of_rest);
    }

    #[test]
    fn where_a_later_part_comes_in_the_table_there_is_a_trap_until_then() {
        let program = program();
        let parts = split(&program, &program, Names::Dropped).expect("it can be split");
        let (mut runs, mut bodies) = (Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(&parts.first) {
            match payload.expect("a module") {
                Payload::ElementSection(elements) => {
                    for element in elements {
                        runs.push(slots_of(&element.expect("an element")).expect("places"));
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let mut operators = body.get_operators_reader().expect("a body");
                    bodies.push(matches!(operators.read(), Ok(Operator::Unreachable)));
                }
                _ => {}
            }
        }
        assert_eq!(runs.len(), 1, "one run: {runs:?}");
        let traps: Vec<_> = runs
            .concat()
            .iter()
            .map(|(_, function)| bodies[to_usize(*function) - parts.imports.len()])
            .collect();
        // `early`, `read`, `shared`.
        assert_eq!(traps, [false, true, false]);
    }

    #[test]
    fn a_constant_is_where_it_is_used() {
        let program = program();
        let parts = split(&program, &program, Names::Dropped).expect("it can be split");
        assert_eq!(memory_of(&parts.first), [(CONSTANTS, b"main".to_vec())]);
        let [store, rest] = parts.later;
        assert_eq!(memory_of(&store), []);
        assert_eq!(memory_of(&rest), [(CONSTANTS + 4, b"gone".to_vec())]);
    }

    #[test]
    fn without_a_gate_or_what_the_linker_knows_nothing_is_split() {
        let program = program();
        assert!(split(&program, &program, Names::Dropped).is_ok());
        let without = |word: &[u8], other: &[u8]| {
            let at = program.windows(word.len()).position(|it| it == word);
            let mut changed = program.clone();
            let at = at.expect("the program has it");
            changed[at..at + word.len()].copy_from_slice(other);
            changed
        };
        for part in LATER {
            let (gate, gone) = (format!("gate_of_{part}"), format!("gone_of_{part}"));
            let no_gate = without(gate.as_bytes(), gone.as_bytes());
            assert!(split(&no_gate, &no_gate, Names::Dropped).is_err());
        }
        let no_links = without(b"reloc.CODE", b"renam.CODE");
        assert!(split(&no_links, &program, Names::Dropped).is_err());
    }

    #[test]
    fn long_runs_of_zeros_are_left_out() {
        let content = [&[1; 3][..], &[0; GAP - 1], &[2], &[0; GAP + 1], &[3]].concat();
        let pieces = without_gaps(100, &content);
        let sizes: Vec<(u32, usize)> = pieces
            .iter()
            .map(|(address, piece)| (*address, piece.len()))
            .collect();
        assert_eq!(sizes, [(100, GAP + 3), (100 + 2 * 16 + 4, 1)]);
    }
}
