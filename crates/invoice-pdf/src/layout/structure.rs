//! What the marks mean, for readers who hear the page instead of seeing it.

use super::geometry::Area;

/// The kinds of thing an invoice is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Element {
    /// The name of the whole document.
    Title,
    /// The name of a section, with the name itself.
    Heading(&'static str),
    Paragraph,
    /// The logo, and where on the first page it stands.
    Logo(Area),
    Table,
    /// The rows of a table that name its columns, and those that fill them.
    TableHead,
    TableBody,
    Row,
    /// A cell that names its column, its row, or holds a value.
    ColumnName,
    RowName,
    Value,
}

/// A tree of elements. Marks refer to the elements by their place in `nodes`.
#[derive(Debug, Default)]
pub(crate) struct Structure {
    pub nodes: Vec<Node>,
    /// The outermost elements, in reading order.
    pub roots: Vec<usize>,
    /// From the outermost to the innermost element that is not closed yet.
    open: Vec<usize>,
}

/// An element and the elements inside it, in reading order.
#[derive(Debug)]
pub(crate) struct Node {
    pub element: Element,
    pub children: Vec<usize>,
}

impl Structure {
    pub(super) fn open(&mut self, element: Element) {
        let id = self.nodes.len();
        let parent = self.current().and_then(|parent| self.nodes.get_mut(parent));
        parent
            .map_or(&mut self.roots, |parent| &mut parent.children)
            .push(id);
        self.nodes.push(Node {
            element,
            children: Vec::new(),
        });
        self.open.push(id);
    }

    pub(super) fn close(&mut self) {
        self.open.pop();
    }

    /// The innermost open element.
    pub(super) fn current(&self) -> Option<usize> {
        self.open.last().copied()
    }
}
