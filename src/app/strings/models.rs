//! The page of stored models.

use crate::app::language::{numbers, t};

pub fn used(used: u64, quota: u64) -> String {
    t!(models.used, used = numbers::bytes(used), quota = numbers::bytes(quota))
}

pub fn about(size: u64, host: &str, date: &str) -> String {
    t!(models.about, size = numbers::bytes(size), host = host, date = date)
}

pub fn part(here: u64, size: u64, host: &str, date: &str) -> String {
    let (here, size) = (numbers::bytes(here), numbers::bytes(size));
    t!(models.part, here = here, size = size, host = host, date = date)
}

pub fn files(count: usize) -> String {
    t!(models.files, count = count as u64)
}

pub fn stop_of(name: &str) -> String {
    t!(models.stop_of, name = name)
}

pub fn damaged(name: &str, files: &[String]) -> String {
    t!(models.damaged, name = name, files = files.join(", "))
}
