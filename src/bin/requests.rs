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

/// Hands every option of the command line to `set` with its value; `set` returns whether it knows the option.
pub fn options(mut set: impl FnMut(&str, String) -> bool) -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
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
    let (cancel, emit) = (CancelToken::default(), Rc::new(|_| ()));
    match block_on(engine.answer(request, folder, &cancel, emit)) {
        Event::Error { message, .. } => Err(message.into()),
        event => Ok(event),
    }
}
