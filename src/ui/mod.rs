//! Draws the model into a frame. Reads, and writes nothing but the bytes of a frame.
//!
//! | file | what it is for |
//! |---|---|
//! | [`frame`], [`sink`] | the assembler of frames, and what may reach a terminal |
//! | [`theme`] | meanings, and how each looks |
//! | [`layout`] | where everything stands, for every size |
//! | [`mod@line`], [`window`], [`list`] | lines of a pane, and which rows of a list are seen |
//! | [`scene`] | what every pane reads, and what a frame reports back |
//! | `home`, `room`, `overlay`, `footer`, `replay` | the screens |
//! | [`typing`] | text being typed, and its caret |

mod encode;
mod footer;
pub mod frame;
mod home;
pub mod layout;
pub mod line;
pub mod list;
mod overlay;
mod pending;
mod replay;
mod room;
pub mod scene;
pub mod sink;
pub mod theme;
pub mod typing;
pub mod window;

use crate::app::model::{Model, Pane, Screen};
use frame::Draft;
use layout::Shape;
use overlay::toast;
use ratatui::layout::Rect;
pub use scene::Drawing;
use scene::{Canvas, Scene};
use theme::Theme;

/// Draws `model` into a frame begun at `model.size`. What comes back is for
/// [`Msg::Painted`](crate::app::msg::Msg::Painted) once the frame is out, and for the mouse.
pub fn draw(model: &Model, theme: &Theme, draft: &mut Draft<'_>) -> Drawing {
    let whole_screen = draft.area();
    // The bar takes a row from the room that it is about.
    let replay = (model.replay.as_deref()).filter(|_| whole_screen.height > 1);
    let screen = Rect {
        height: whole_screen.height - u16::from(replay.is_some()),
        ..whole_screen
    };
    let model = replay.map_or(model, |replay| &replay.stage);
    let scene = Scene::new(model);
    let mut canvas = Canvas {
        draft,
        theme,
        drawing: Drawing::default(),
    };
    let caret = if Shape::of(model.size) == Shape::Card {
        home::card(&mut canvas, &scene, screen);
        overlay::draw(&mut canvas, &scene, screen, screen.bottom())
    } else {
        whole(&mut canvas, &scene, screen)
    };
    if let Some(shown) = replay {
        let bar = Rect {
            y: screen.bottom(),
            height: 1,
            ..screen
        };
        replay::draw(&mut canvas, &scene, shown, bar);
    }
    let drawing = canvas.drawing;
    draft.caret(caret);
    drawing
}

fn whole(
    canvas: &mut Canvas<'_, '_>,
    scene: &Scene<'_>,
    screen: Rect,
) -> Option<ratatui::layout::Position> {
    let model = scene.model;
    let last = Rect {
        y: screen.bottom() - 1,
        height: 1,
        ..screen
    };
    let above = Rect {
        height: screen.height - 1,
        ..screen
    };
    let (body, story, caret) = match model.screen {
        Screen::Home => {
            home::draw(canvas, scene, above);
            (above, above, None)
        }
        Screen::Room(_) => {
            let (room, caret) = room::draw(canvas, scene);
            let over = Rect {
                y: room.body.y,
                height: above.bottom() - room.body.y,
                ..above
            };
            let story = room.places.first().map_or(room.body, |(_, area)| *area);
            let story = room.area(Pane::Timeline).unwrap_or(story);
            // Down to the end of the body, so that several fit.
            let story = Rect {
                height: room.body.bottom() - story.y,
                ..story
            };
            (over, story, caret)
        }
    };
    footer::draw(canvas, scene, last);
    if model.overlays.is_empty() {
        toast::draw(canvas, scene, &toast::over_story(scene, story));
        return caret;
    }
    canvas.hit(screen, None);
    // Not over the composer either: what is written there waits.
    let free = Rect {
        height: story.bottom().saturating_sub(body.y),
        ..body
    };
    let (toasts, bottom) = toast::under_panel(scene, free);
    let bottom = match toasts.is_empty() {
        true => body.bottom(),
        false => bottom,
    };
    let caret = overlay::draw(canvas, scene, body, bottom);
    toast::draw(canvas, scene, &toasts);
    caret
}
