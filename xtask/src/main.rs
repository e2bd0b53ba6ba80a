//! `cargo xtask`: sets up, builds, serves, tests and lints. Each command brings what it needs and
//! nothing more.

mod checkout;
mod finish;
mod fuzz;
mod lint;
mod progress;
mod site;
mod size;
mod split;
mod stamp;
mod test;
mod tools;
mod wasm_target;

use std::net::{Ipv4Addr, TcpListener};
use std::process::ExitCode;

use progress::Outcome;
use test::Group;
use wasm_target::For;
use xtask::serve::StaticSite;

const USAGE: &str = "\
cargo xtask <command>

  serve [--port N]     builds the site for release and serves it at http://127.0.0.1:8080
  dev [ARGUMENTS]      serves the page under development, built anew at every change (trunk serve)
  build                builds the site for release into dist/, for any static host
  test [--only GROUP] [--deep] [-- ARGUMENTS]
                       runs all tests, or one group: native, page, stores, browser,
                       journeys;
                       --deep takes longer and tries more; ARGUMENTS go to cargo test
  bench rules          measures planning, deciding, applying and replaying
  bench journal        measures the journal in a browser: bytes written, opening, a second tab
  bench page           measures in Chromium what a person waits for, with up to 10,000 releases,
                       beside a page of the same look in plain JavaScript
  demo-data [--releases N] [--flows N] [--seed N]
                       prints a large tenant's journal, as a file that the page imports;
                       1,000 releases, 200 flows and seed 1 where nothing else is said
  fuzz [TARGET] [--runs N]
                       gives what reads texts from outside any text: all targets, or one of
                       entries, journals, imports, checkpoints, routes,
                       stores; 100,000 runs of each
  bench size           measures what a first visit loads, what is loaded after it,
                       and which part of the program is how much of that
  screenshots          makes the pictures of the README in docs/pictures/ anew
  lint                 checks layout, lints and documentation
  env                  prints the environment for calling trunk, or cargo for WebAssembly:
                       (eval \"$(cargo xtask env)\"; trunk build)
  help                 prints this

What is missing is installed once, outside the checkout: in FLOW_TOOLS, else in ~/.cache/flow-environments.
";

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Serve {
        port: u16,
    },
    Dev {
        arguments: Vec<String>,
    },
    Build,
    Test {
        groups: Vec<Group>,
        deep: bool,
        arguments: Vec<String>,
    },
    BenchRules,
    BenchJournal,
    BenchPage,
    DemoData {
        releases: u64,
        flows: u64,
        seed: u64,
    },
    Fuzz {
        targets: Vec<&'static str>,
        runs: u64,
    },
    BenchSize,
    Screenshots,
    Lint,
    Env,
    Help,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let asked = match parse(&arguments) {
        Ok(asked) => asked,
        Err(mistake) => {
            eprint!("{mistake}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match carry_out(asked) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("\n{sentence}");
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: &[String]) -> Result<Asked, String> {
    let Some((command, rest)) = arguments.split_first() else {
        return Ok(Asked::Help);
    };
    let mut options = rest.iter();
    match command.as_str() {
        "dev" => {
            return Ok(Asked::Dev {
                arguments: rest.to_vec(),
            });
        }
        "test" => return parse_test(options),
        "bench" => {
            return match (options.next().map(String::as_str), options.next()) {
                (Some("rules"), None) => Ok(Asked::BenchRules),
                (Some("journal"), None) => Ok(Asked::BenchJournal),
                (Some("page"), None) => Ok(Asked::BenchPage),
                (Some("size"), None) => Ok(Asked::BenchSize),
                _ => Err(
                    "bench wants to know what to measure: rules, journal, page or size.".to_owned(),
                ),
            };
        }
        "demo-data" => return parse_demo_data(options),
        "fuzz" => return parse_fuzz(options),
        "serve" => {
            let mut port = 8080;
            while let Some(option) = options.next() {
                match (option.as_str(), options.next().map(|port| port.parse())) {
                    ("--port", Some(Ok(number))) => port = number,
                    ("--port", _) => {
                        return Err("--port wants a number from 0 to 65535.".to_owned());
                    }
                    _ => return Err(format!("serve does not know {option}.")),
                }
            }
            return Ok(Asked::Serve { port });
        }
        _ => {}
    }
    let asked = match command.as_str() {
        "build" => Asked::Build,
        "screenshots" => Asked::Screenshots,
        "lint" => Asked::Lint,
        "env" => Asked::Env,
        "help" | "--help" | "-h" => Asked::Help,
        _ => return Err(format!("There is no command {command}.")),
    };
    match options.next() {
        Some(option) => Err(format!("{command} does not know {option}.")),
        None => Ok(asked),
    }
}

fn parse_test<'a>(mut options: impl Iterator<Item = &'a String>) -> Result<Asked, String> {
    let (mut groups, mut deep, mut arguments) = (Group::ALL.to_vec(), false, Vec::new());
    while let Some(option) = options.next() {
        match option.as_str() {
            "--deep" => deep = true,
            "--only" => {
                let group = options.next().and_then(|name| Group::named(name));
                groups = vec![
                    group.ok_or("--only wants one of native, page, stores, browser, journeys.")?,
                ];
            }
            "--" => arguments.extend(options.by_ref().cloned()),
            _ => {
                return Err(format!(
                    "test does not know {option}. Arguments for cargo test go after --"
                ));
            }
        }
    }
    Ok(Asked::Test {
        groups,
        deep,
        arguments,
    })
}

fn parse_demo_data<'a>(mut options: impl Iterator<Item = &'a String>) -> Result<Asked, String> {
    let (mut releases, mut flows, mut seed) = (1_000, 200, 1);
    while let Some(option) = options.next() {
        let wanted = match option.as_str() {
            "--releases" => &mut releases,
            "--flows" => &mut flows,
            "--seed" => &mut seed,
            _ => return Err(format!("demo-data does not know {option}.")),
        };
        let number = options.next().and_then(|number| number.parse().ok());
        *wanted = number.ok_or(format!("{option} wants a number."))?;
    }
    if releases > 0 && flows == 0 {
        return Err("A release holds a flow: --flows wants at least 1.".to_owned());
    }
    Ok(Asked::DemoData {
        releases,
        flows,
        seed,
    })
}

fn parse_fuzz<'a>(mut options: impl Iterator<Item = &'a String>) -> Result<Asked, String> {
    let (mut targets, mut runs) = (fuzz::TARGETS.to_vec(), 100_000);
    while let Some(option) = options.next() {
        if option == "--runs" {
            let number = options.next().and_then(|number| number.parse().ok());
            runs = number.ok_or("--runs wants a number.")?;
        } else {
            let target = fuzz::TARGETS.into_iter().find(|target| target == option);
            let known = fuzz::TARGETS.join(", ");
            targets = vec![target.ok_or(format!("There is no target {option}, but {known}."))?];
        }
    }
    Ok(Asked::Fuzz { targets, runs })
}

fn carry_out(asked: Asked) -> Outcome {
    let dist = checkout::root().join("dist");
    match asked {
        Asked::Serve { port } => serve(port),
        Asked::Dev { arguments } => {
            let mut trunk = site::environment(For::Us)?.command("trunk");
            trunk
                .args(["serve", "--dist"])
                .arg(checkout::target().join("dev"))
                .args(arguments);
            progress::watch("the page under development", &mut trunk)
        }
        Asked::Build => {
            site::build(&dist)?;
            progress::say("The site is in dist/.");
            Ok(())
        }
        Asked::Test {
            groups,
            deep,
            arguments,
        } => test::run(&groups, deep, &arguments),
        Asked::BenchRules => {
            let mut cargo = checkout::cargo();
            cargo.args([
                "bench",
                "--locked",
                "--no-default-features",
                "--bench",
                "rules",
            ]);
            progress::watch("the bench of the rules", &mut cargo)
        }
        Asked::BenchJournal => test::figures("the figures of the journal", "figures"),
        Asked::BenchPage => test::figures("the figures of the page", "waiting"),
        Asked::DemoData {
            releases,
            flows,
            seed,
        } => {
            let mut cargo = checkout::cargo();
            cargo
                .args(["run", "--quiet", "--locked", "--profile", "bench"])
                .args(["--no-default-features", "--example", "demo-data", "--"])
                .args([releases, flows, seed].map(|number| number.to_string()));
            progress::watch("the large tenant", &mut cargo)
        }
        Asked::Fuzz { targets, runs } => fuzz::run(&targets, runs),
        Asked::BenchSize => size::bench(),
        Asked::Screenshots => test::screenshots(),
        Asked::Lint => lint::run(),
        Asked::Env => {
            progress::say(&site::environment(For::Us)?.exports());
            Ok(())
        }
        Asked::Help => {
            progress::say(USAGE.trim_end());
            Ok(())
        }
    }
}

fn serve(port: u16) -> Outcome {
    let taken = |error: std::io::Error| {
        format!(
            "Port {port} cannot be used ({error}). Choose another: cargo xtask serve --port {}",
            port.wrapping_add(1).max(1024)
        )
    };
    // Before the build, so that nobody waits for one in vain.
    drop(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(taken)?);
    let dist = checkout::root().join("dist");
    site::build(&dist)?;
    let site = StaticSite::start(&dist, "/", port).map_err(taken)?;
    progress::say(&format!(
        "Serving dist/ at {} (end it with Ctrl-C)",
        site.url()
    ));
    site.serve_on();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &Asked) {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        assert_eq!(parse(&arguments).as_ref(), Ok(expected), "{line}");
    }

    fn check_mistake(line: &str, expected: &str) {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let mistake = parse(&arguments);
        assert!(
            mistake
                .as_ref()
                .is_err_and(|sentence| sentence.contains(expected)),
            "{line}: {mistake:?}"
        );
    }

    #[test]
    fn commands_and_their_options_are_understood() {
        check("", &Asked::Help);
        check("serve", &Asked::Serve { port: 8080 });
        check("serve --port 9000", &Asked::Serve { port: 9000 });
        check(
            "dev --open",
            &Asked::Dev {
                arguments: vec!["--open".to_owned()],
            },
        );
        check("build", &Asked::Build);
        check("bench rules", &Asked::BenchRules);
        check("bench journal", &Asked::BenchJournal);
        check(
            "demo-data --releases 10000 --seed 7",
            &Asked::DemoData {
                releases: 10_000,
                flows: 200,
                seed: 7,
            },
        );
        check(
            "fuzz imports --runs 10000000",
            &Asked::Fuzz {
                targets: vec!["imports"],
                runs: 10_000_000,
            },
        );
        check("bench size", &Asked::BenchSize);
        check(
            "test",
            &Asked::Test {
                groups: Group::ALL.to_vec(),
                deep: false,
                arguments: vec![],
            },
        );
        check(
            "test --only native --deep -- name -- --nocapture",
            &Asked::Test {
                groups: vec![Group::Native],
                deep: true,
                arguments: ["name", "--", "--nocapture"].map(str::to_owned).to_vec(),
            },
        );
    }

    #[test]
    fn mistakes_are_named() {
        check_mistake("sevre", "sevre");
        check_mistake("build --now", "--now");
        check_mistake("serve --port many", "--port");
        check_mistake("serve --port", "--port");
        check_mistake(
            "test --only some",
            "native, page, stores, browser, journeys",
        );
        check_mistake("bench", "rules");
        check_mistake("test name", "after --");
        check_mistake("demo-data --flows", "--flows");
        check_mistake("demo-data --flows 0", "at least 1");
        check_mistake("fuzz nothing", "entries, journals");
        check_mistake("fuzz --runs many", "--runs");
    }
}
