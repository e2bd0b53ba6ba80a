// Starts the page's program, whose files Trunk names in this script's attributes. Until it runs, the shell in index.html
// is all there is to see; when it cannot run, the shell says so and offers to try again.

const { js, wasm } = document.querySelector("script[data-wasm]").dataset;
const shell = document.getElementById("shell");
const address = (file) => new URL(file, document.baseURI).href;

async function start() {
  const program = await import(address(js));
  await program.default({ module_or_path: address(wasm) });
}

function sayWhatWentWrong(reason) {
  console.error(reason);
  const sentence = document.createElement("p");
  sentence.textContent =
    typeof WebAssembly === "object"
      ? "The page did not start. Check the connection and try again."
      : "This page needs WebAssembly, which this browser does not have or has switched off. Use another browser, or switch it on and try again.";
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Try again";
  again.addEventListener("click", () => location.reload());
  shell.setAttribute("role", "alert");
  shell.querySelector("p").replaceWith(sentence, again);
}

start().then(() => shell.remove(), sayWhatWentWrong);
