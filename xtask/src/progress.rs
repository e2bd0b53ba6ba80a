//! Says what is being done, for how long already, and how long it took, so that nobody watches a
//! silent terminal.
//!
//! Progress goes to standard error. A terminal sees one line that counts the seconds; anything
//! else, such as a CI log, gets a line every half minute.

use std::fs::{self, File, TryLockError};
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// A failure is a sentence for the person at the terminal, with a way out.
pub(crate) type Outcome<T = ()> = Result<T, String>;

/// How many of the last lines of a child's output a failure shows.
const TAIL: usize = 60;

/// Does one step of the work, with a line when it starts, while it goes and when it is done.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    let started = Instant::now();
    let on_terminal = std::io::stderr().is_terminal();
    eprint!("{what} …{}", if on_terminal { "" } else { "\n" });

    let outcome = thread::scope(|scope| {
        let (done, is_done) = mpsc::channel::<()>();
        scope.spawn(move || {
            let pause = Duration::from_secs(if on_terminal { 1 } else { 30 });
            while is_done.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                let line = format!("{what} … {} s", started.elapsed().as_secs());
                if on_terminal {
                    eprint!("\r{line}");
                } else {
                    eprintln!("{line}");
                }
            }
        });
        let outcome = work();
        drop(done);
        outcome
    });

    let end = if outcome.is_ok() { "done" } else { "failed" };
    let line = format!(
        "{what}: {end} after {:.1} s",
        started.elapsed().as_secs_f32()
    );
    eprintln!("{}{line}", if on_terminal { "\r\x1b[2K" } else { "" });
    outcome
}

/// Runs a command that may take as long as it likes, its output going to a log file; a failure
/// shows the log's end.
pub(crate) fn run(command: &mut Command, log: &Path) -> Outcome {
    run_within(command, log, Duration::MAX)
}

/// Runs a command as [`run`] does, and ends it when it takes longer than `limit`.
pub(crate) fn run_within(command: &mut Command, log: &Path, limit: Duration) -> Outcome {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = create_log(log)?;
    let errors = output
        .try_clone()
        .map_err(|error| format!("Cannot write {}: {error}", log.display()))?;
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .spawn()
        .map_err(|error| format!("Cannot start {program}: {error}"))?;
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => {
                return Err(format!(
                    "{program} failed ({status}). The end of its output:\n\n{}\n\nAll of it is in {}.",
                    tail(&fs::read(log).unwrap_or_default()),
                    log.display()
                ));
            }
            Ok(None) if started.elapsed() > limit => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!(
                    "{program} was given up after {} s.",
                    limit.as_secs()
                ));
            }
            Ok(None) => thread::sleep(Duration::from_millis(50)),
            Err(error) => return Err(format!("Cannot wait for {program}: {error}")),
        }
    }
}

/// Runs a command whose output the person at the terminal follows.
pub(crate) fn watch(what: &str, command: &mut Command) -> Outcome {
    eprintln!("── {what} ──");
    let started = Instant::now();
    let status = command
        .status()
        .map_err(|error| format!("Cannot start {}: {error}", command.get_program().display()))?;
    let end = if status.success() { "done" } else { "failed" };
    eprintln!(
        "── {what}: {end} after {:.1} s ──",
        started.elapsed().as_secs_f32()
    );
    if status.success() {
        Ok(())
    } else {
        Err(format!("{status}"))
    }
}

/// One failure from all those among several results, each with its name; none when there is none.
pub(crate) fn summary(results: &[(String, Outcome)]) -> Outcome {
    let failed: Vec<String> = results
        .iter()
        .filter_map(|(what, result)| Some(format!("{what}: {}", result.as_ref().err()?)))
        .collect();
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("Failed:\n{}", failed.join("\n")))
    }
}

/// Takes the lock that `file` stands for, and says so when another command has it. It is free again
/// when dropped, and when the process ends however it ends.
pub(crate) fn lock(file: &Path, what_for: &str) -> Outcome<File> {
    let cannot = |error: std::io::Error| format!("Cannot lock {}: {error}", file.display());
    create_parent(file)?;
    let lock = File::options()
        .create(true)
        .append(true)
        .open(file)
        .map_err(cannot)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            step(
                &format!("Waiting for another cargo xtask ({what_for})"),
                || lock.lock().map_err(cannot),
            )?;
        }
        Err(TryLockError::Error(error)) => return Err(cannot(error)),
    }
    Ok(lock)
}

/// Makes the folder that a file is to lie in.
pub(crate) fn create_parent(file: &Path) -> Outcome {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder)
        .map_err(|error| format!("Cannot make the folder {}: {error}", folder.display()))
}

fn create_log(log: &Path) -> Outcome<File> {
    create_parent(log)?;
    File::create(log).map_err(|error| format!("Cannot write {}: {error}", log.display()))
}

fn tail(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL)..].join("\n")
}

/// Prints the address or the like that a command was asked for, to standard output.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout();
    // Nobody reads it: nothing to tell anyone.
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(name: &str) -> std::path::PathBuf {
        std::env::temp_dir().join(format!("xtask-{}-{name}.log", std::process::id()))
    }

    #[test]
    fn the_tail_is_the_last_lines() {
        let many: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        let tail = tail(many.join("\n").as_bytes());
        assert!(tail.starts_with("40\n") && tail.ends_with("\n99"), "{tail}");
    }

    #[test]
    fn a_failure_shows_what_the_command_said() {
        let log = log("failure");
        let failed = run(Command::new("sh").args(["-c", "echo reason; exit 3"]), &log);
        let _ = fs::remove_file(log);
        assert!(failed.is_err_and(|sentence| sentence.contains("reason")));
    }

    #[test]
    fn a_command_that_hangs_is_ended() {
        let log = log("hanging");
        let started = Instant::now();
        let ended = run_within(
            Command::new("sleep").arg("60"),
            &log,
            Duration::from_millis(100),
        );
        let _ = fs::remove_file(log);
        assert!(ended.is_err());
        assert!(started.elapsed() < Duration::from_secs(30));
    }
}
