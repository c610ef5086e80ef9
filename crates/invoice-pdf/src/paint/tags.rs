//! Writes down what the marks mean.

use std::num::NonZeroU16;

use krilla::geom::Rect;
use krilla::tagging::{BBox, Identifier, TableHeaderScope, Tag, TagGroup, TagKind, TagTree};

use crate::layout::{Area, Element, Structure};

/// What is said where the page shows something else than text.
pub(super) struct Names {
    /// The title of the document.
    pub title: String,
    /// Whose logo it is.
    pub seller: String,
}

/// Collects, for each element, the pieces of the pages that show it.
pub(super) struct Tags<'a> {
    structure: &'a Structure,
    shown: Vec<Vec<Identifier>>,
}

impl<'a> Tags<'a> {
    pub(super) fn new(structure: &'a Structure) -> Self {
        let shown = structure.nodes.iter().map(|_| Vec::new()).collect();
        Self { structure, shown }
    }

    /// Notes that `piece` shows a part of `element`.
    pub(super) fn add(&mut self, element: usize, piece: Identifier) {
        if let Some(shown) = self.shown.get_mut(element) {
            shown.push(piece);
        }
    }

    /// The finished tree.
    pub(super) fn into_tree(mut self, names: &Names) -> TagTree {
        let mut tree = TagTree::new();
        for &root in &self.structure.roots {
            if let Some(group) = self.group(root, names) {
                tree.push(group);
            }
        }
        tree
    }

    /// `None` for what shows nothing, unless it is a cell: a row is complete with empty ones.
    fn group(&mut self, id: usize, names: &Names) -> Option<TagGroup> {
        let node = self.structure.nodes.get(id)?;
        let mut group = TagGroup::new(tag(node.element, names));
        for piece in self
            .shown
            .get_mut(id)
            .map(std::mem::take)
            .unwrap_or_default()
        {
            group.push(piece);
        }
        for &child in &node.children {
            if let Some(child) = self.group(child, names) {
                group.push(child);
            }
        }
        let may_be_empty = matches!(
            node.element,
            Element::ColumnName | Element::RowName | Element::Value
        );
        (may_be_empty || !group.children.is_empty()).then_some(group)
    }
}

fn tag(element: Element, names: &Names) -> TagKind {
    let heading = |level, name: &str| Tag::Hn(level, Some(name.to_owned())).into();
    match element {
        Element::Title => heading(NonZeroU16::MIN, &names.title),
        Element::Heading(name) => heading(NonZeroU16::MIN.saturating_add(1), name),
        Element::Paragraph => Tag::P.into(),
        Element::Logo(area) => figure(area, &names.seller),
        Element::Table => Tag::Table.into(),
        Element::TableHead => Tag::THead.into(),
        Element::TableBody => Tag::TBody.into(),
        Element::Row => Tag::TR.into(),
        Element::ColumnName => Tag::TH(TableHeaderScope::Column).into(),
        Element::RowName => Tag::TH(TableHeaderScope::Row).into(),
        Element::Value => Tag::TD.into(),
    }
}

/// A picture has to be called something, whatever the name of the seller is.
fn figure(area: Area, seller: &str) -> TagKind {
    let name = if seller.is_empty() { "Logo" } else { seller };
    let Area {
        x,
        y,
        width,
        height,
    } = area;
    let place = Rect::from_xywh(x, y, width, height).map(|rect| BBox::new(0, rect));
    Tag::Figure(Some(name.to_owned())).with_bbox(place).into()
}
