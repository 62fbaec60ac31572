//! The page of what the browser keeps.

use crate::app::language::numbers;

sentences! {
    models:
    storage,
    persistent,
    not_persistent,
    make_offline,
    is_offline,
    offline_hint,
    no_worker,
    of_the_site,
    here,
    not_here,
    elsewhere,
    elsewhere_hint,
    nothing,
    source,
    download,
    pause,
    resume,
    verify,
    stop,
    delete,
    file,
    size,
}

pub fn used(used: u64, quota: u64) -> String {
    say!(models.used, used = numbers::bytes(used), quota = numbers::bytes(quota))
}

pub fn about(size: u64, host: &str, date: &str) -> String {
    say!(models.about, size = numbers::bytes(size), host = host, date = date)
}

pub fn part(here: u64, size: u64, host: &str, date: &str) -> String {
    let (here, size) = (numbers::bytes(here), numbers::bytes(size));
    say!(models.part, here = here, size = size, host = host, date = date)
}

pub fn files(count: usize) -> String {
    say!(models.files, count = count as u64)
}

pub fn pause_of(name: &str) -> String {
    say!(models.pause_of, name = name)
}

pub fn resume_of(name: &str) -> String {
    say!(models.resume_of, name = name)
}

pub fn verify_of(name: &str) -> String {
    say!(models.verify_of, name = name)
}

pub fn stop_of(name: &str) -> String {
    say!(models.stop_of, name = name)
}

pub fn delete_of(name: &str) -> String {
    say!(models.delete_of, name = name)
}

pub fn really_delete(name: &str) -> String {
    say!(models.really_delete, name = name)
}

pub fn intact(name: &str) -> String {
    say!(models.intact, name = name)
}

pub fn damaged(name: &str, files: &[String]) -> String {
    say!(models.damaged, name = name, files = files.join(", "))
}

pub fn done(name: &str) -> String {
    say!(models.done, name = name)
}
