//! What the native programs that measure a model have in common: their arguments, and requests to the engine.

use std::{error::Error, rc::Rc};

use lectern::{
    checkpoint::Folder,
    engine::Engine,
    progress::CancelToken,
    protocol::{Event, Request},
};
use pollster::block_on;

/// A result whose error is printed at the end of the program.
pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// Hands every option among a program's arguments to `set` with its value; `set` returns whether it knows the option.
pub fn options(
    mut arguments: impl Iterator<Item = String>,
    mut set: impl FnMut(&str, String) -> bool,
) -> Outcome<()> {
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} requires a value"))?;
        if !set(&name, value) {
            return Err(format!("unknown option {name}").into());
        }
    }
    Ok(())
}

/// Returns the final event of a request; an error event is an error.
pub fn answer(engine: &Engine, request: Request, folder: Option<Rc<dyn Folder>>) -> Outcome<Event> {
    follow(engine, request, folder, |_| ())
}

/// Returns the final event of a request as [`answer`] does, and hands the others to `on_event`.
pub fn follow(
    engine: &Engine,
    request: Request,
    folder: Option<Rc<dyn Folder>>,
    on_event: impl Fn(Event) + 'static,
) -> Outcome<Event> {
    let cancel = CancelToken::default();
    match block_on(engine.answer(request, folder, &cancel, Rc::new(on_event))) {
        Event::Error { message, .. } => Err(message.into()),
        event => Ok(event),
    }
}
