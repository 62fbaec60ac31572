//! The transfer of one model: its cancellation and its progress.

use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::Rc,
};

use super::CancelToken;

/// The phase of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferPhase {
    /// Bytes are arriving.
    Fetching,
    /// A connection broke; waiting before the next try.
    Retrying,
}

/// The progress of a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressReport {
    /// The current phase.
    pub phase: TransferPhase,
    /// The current file.
    pub file: String,
    /// Bytes of the weights that have arrived, of all files together.
    pub loaded: u64,
    /// Bytes in all, if known.
    pub total: Option<u64>,
}

/// Steps of a progress bar worth showing; a report costs a message to the page.
const REPORTS: u64 = 200;
const SMALLEST_STEP: u64 = 64 << 10;
const LARGEST_STEP: u64 = 1 << 20;
/// The largest integer that is exact in JavaScript.
const LARGEST_TOTAL: u64 = (1 << 53) - 1;

/// The transfer of one model: cancelled by its token, followed by its reports.
pub struct Transfer {
    /// The token that cancels it.
    pub cancel: CancelToken,
    report: Rc<dyn Fn(ProgressReport)>,
    file: RefCell<String>,
    loaded: Cell<u64>,
    total: Cell<Option<u64>>,
    /// Announced bytes of the current file.
    announced: Cell<Option<u64>>,
    reported: Cell<u64>,
}

impl Transfer {
    /// A transfer that `cancel` stops and whose progress goes to `report`.
    pub fn new(cancel: CancelToken, report: Rc<dyn Fn(ProgressReport)>) -> Self {
        Self {
            cancel,
            report,
            file: RefCell::default(),
            loaded: Cell::new(0),
            total: Cell::new(None),
            announced: Cell::new(None),
            reported: Cell::new(0),
        }
    }

    /// A transfer without a token or reports.
    pub fn silent() -> Self {
        Self::new(CancelToken::default(), Rc::new(|_| {}))
    }

    /// Bytes of the weights that have arrived.
    pub fn loaded(&self) -> u64 {
        self.loaded.get()
    }

    /// Bytes of the weights in all; if unknown, the announced length of the current file. A length that no file can
    /// have counts as unknown, and could not be sent to the page.
    pub fn expect(&self, total: Option<u64>) {
        self.total.set(total.or(self.announced.get()).filter(|total| *total <= LARGEST_TOTAL));
    }

    /// The announced length of the current file: good for progress only, since that of a compressed body differs.
    pub fn announce(&self, length: Option<u64>) {
        self.announced.set(length);
    }

    /// Begins `file`.
    pub fn open(&self, file: &str) {
        self.file.replace(file.to_owned());
        self.send(TransferPhase::Fetching);
    }

    /// Counts more bytes of it.
    pub fn advance(&self, bytes: u64) {
        let loaded = self.loaded.get() + bytes;
        self.loaded.set(loaded);
        // A sharded model's index counts its weights, not the headers of its files.
        self.total.set(self.total.get().map(|total| total.max(loaded)));
        let step = self.total.get().map_or(LARGEST_STEP, |total| total / REPORTS);
        let due = self.reported.get() + step.clamp(SMALLEST_STEP, LARGEST_STEP);
        if loaded >= due || self.total.get() == Some(loaded) {
            self.send(TransferPhase::Fetching);
        }
    }

    /// Ends the current file.
    pub fn close(&self) {
        if self.reported.get() < self.loaded.get() {
            self.send(TransferPhase::Fetching);
        }
    }

    /// Reports that the connection for `file` broke and will be tried again.
    pub fn retrying(&self, file: &str) {
        self.file.replace(file.to_owned());
        self.send(TransferPhase::Retrying);
    }

    fn send(&self, phase: TransferPhase) {
        self.reported.set(self.loaded.get());
        (self.report)(ProgressReport {
            phase,
            file: self.file.borrow().clone(),
            loaded: self.loaded.get(),
            total: self.total.get(),
        });
    }
}

impl fmt::Debug for Transfer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transfer")
            .field("cancel", &self.cancel)
            .field("file", &self.file)
            .field("loaded", &self.loaded)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_few_and_the_last_one_says_all() {
        let reports = Rc::new(RefCell::new(Vec::new()));
        let heard = reports.clone();
        let transfer =
            Transfer::new(CancelToken::default(), Rc::new(move |r| heard.borrow_mut().push(r)));
        transfer.expect(Some(500 << 20));
        transfer.open("model.safetensors");
        for _ in 0..500 << 10 {
            transfer.advance(1 << 10);
        }
        let reports = reports.borrow();
        assert!((200..=501).contains(&reports.len()), "{}", reports.len());
        let last = reports.last().unwrap();
        assert_eq!((last.loaded, last.total), (500 << 20, Some(500 << 20)));
    }

    #[test]
    fn a_total_is_what_is_known_else_what_was_announced() {
        let transfer = Transfer::silent();
        transfer.announce(Some(10));
        for (expected, total) in
            [(Some(20), Some(20)), (None, Some(10)), (Some(u64::MAX), None), (Some(1 << 53), None)]
        {
            transfer.expect(expected);
            assert_eq!(transfer.total.get(), total, "{expected:?}");
        }
    }
}
