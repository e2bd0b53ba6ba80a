//! What a release holds, against the map that it is to everyone who asks.

use std::collections::BTreeMap;

use flow_environments::domain::id::{FlowId, SnapshotId};
use flow_environments::domain::json;
use flow_environments::domain::release::Content;
use proptest::prelude::*;
use uuid::Uuid;

fn id(number: u8) -> Uuid {
    // Not in the order of the numbers.
    Uuid::from_u128(u128::from(number.wrapping_mul(97)) << 120)
}

proptest! {
    /// Of each flow at most one snapshot, in the order of the flows' ids, whatever came and went.
    #[test]
    fn content_is_a_map(steps in prop::collection::vec((0_u8..12, prop::option::of(0_u8..5)), 0..60)) {
        let (mut content, mut map) = (Content::default(), BTreeMap::new());
        for (flow, snapshot) in steps {
            let flow = FlowId::new(id(flow));
            let held = match snapshot.map(|it| SnapshotId::new(id(it))) {
                Some(snapshot) => (content.insert(flow, snapshot), map.insert(flow, snapshot)),
                None => (content.remove(flow), map.remove(&flow)),
            };
            prop_assert_eq!(held.0, held.1);
            prop_assert_eq!(content.get(flow), map.get(&flow).copied());
            prop_assert_eq!(content.holds(flow), map.contains_key(&flow));
            prop_assert_eq!(content.len(), map.len());
            prop_assert_eq!(content.is_empty(), map.is_empty());
        }
        let all: Vec<_> = map.iter().map(|(flow, snapshot)| (*flow, *snapshot)).collect();
        prop_assert_eq!(content.iter().collect::<Vec<_>>(), all.clone());
        prop_assert_eq!(content.flows().collect::<Vec<_>>(), map.keys().copied().collect::<Vec<_>>());
        prop_assert_eq!(content.snapshots().collect::<Vec<_>>(), map.values().copied().collect::<Vec<_>>());
        prop_assert_eq!(all.into_iter().rev().collect::<Content>(), content.clone());
        // Entries hold it as they would hold the map.
        let text = serde_json::to_string(&content).unwrap();
        prop_assert_eq!(&text, &serde_json::to_string(&map).unwrap());
        prop_assert_eq!(json::read(&text), Ok(content));
    }
}
