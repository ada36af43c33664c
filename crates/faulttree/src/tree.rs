//! What a fault tree says.

/// Something that happens or does not, by itself. The number counts from 0 in the order in which events were added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Event(pub usize);

/// A formula over events and other gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gate(pub(crate) usize);

#[derive(Debug, Clone)]
pub(crate) enum Formula {
    Constant(bool),
    Event(Event),
    Not(Gate),
    /// At least so many of these: one of them is *or*, all are *and*.
    AtLeast(usize, Vec<Gate>),
    /// An odd number of these.
    Odd(Vec<Gate>),
}

/// A directed graph of gates over events. A gate can only be made of gates that are there, so there are no loops.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    pub(crate) formulas: Vec<Formula>,
    pub(crate) events: usize,
}

impl Tree {
    /// A tree without anything.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many events there are.
    pub fn events(&self) -> usize {
        self.events
    }

    /// A new event.
    pub fn event(&mut self) -> Gate {
        let event = Event(self.events);
        self.events += 1;
        self.gate(Formula::Event(event))
    }

    /// What always, or never, is so.
    pub fn constant(&mut self, value: bool) -> Gate {
        self.gate(Formula::Constant(value))
    }

    /// What is so if the other is not.
    pub fn not(&mut self, of: Gate) -> Gate {
        self.gate(Formula::Not(of))
    }

    /// All of them; of none it is always so.
    pub fn all(&mut self, of: Vec<Gate>) -> Gate {
        self.at_least(of.len(), of)
    }

    /// One of them or more; of none it is never so.
    pub fn any(&mut self, of: Vec<Gate>) -> Gate {
        self.at_least(1, of)
    }

    /// This many of them or more.
    pub fn at_least(&mut self, least: usize, of: Vec<Gate>) -> Gate {
        self.gate(Formula::AtLeast(least, of))
    }

    /// An odd number of them: of two, one and not the other.
    pub fn odd(&mut self, of: Vec<Gate>) -> Gate {
        self.gate(Formula::Odd(of))
    }

    fn gate(&mut self, formula: Formula) -> Gate {
        self.formulas.push(formula);
        Gate(self.formulas.len() - 1)
    }

    pub(crate) fn inputs(&self, gate: Gate) -> &[Gate] {
        match self.formulas.get(gate.0) {
            Some(Formula::Not(of)) => std::slice::from_ref(of),
            Some(Formula::AtLeast(_, of) | Formula::Odd(of)) => of,
            Some(Formula::Constant(_) | Formula::Event(_)) | None => &[],
        }
    }
}
