//! The description of a loaded model, as the page and the API get it.

use std::collections::BTreeMap;

use super::{load_request::LoadRequest, loaded::Model, sentences::SentenceSettings};
use crate::{
    checkpoint::ShardName,
    kernels,
    models::{Bert, Sizes},
    protocol::{Ability, DeviceInfo, ModelInfo, Pooling, WeightFormat},
    quantization::largest_share,
    text::Tokenizer,
};

impl LoadRequest<'_> {
    /// Describes a model that was loaded; how long it took is not known yet.
    pub(super) fn describe(
        &self,
        sizes: Sizes,
        model: &Model,
        tokenizer: &Tokenizer,
        settings: &SentenceSettings,
        device: DeviceInfo,
    ) -> ModelInfo {
        let weights = model.weights();
        let matrices = weights.matrices().into_iter().map(|(_, weight)| {
            (weight.scheme(), weight.shape().iter().map(|&size| size as u64).product())
        });
        let mut info = ModelInfo {
            model: 0,
            name: without_shard(self.name()),
            architecture: sizes.architecture,
            abilities: vec![Ability::Generate],
            unused_head: sizes.unused_head,
            pooling: Pooling::default(),
            normalized: false,
            embedding_size: sizes.hidden_size,
            prompts: BTreeMap::new(),
            default_prompt_name: None,
            mask_token: None,
            parameters: weights.parameters() as u64,
            weight_bytes: weights.weight_bytes() as u64,
            cache_bytes_per_token: sizes.cache_bytes_per_token,
            quantization: WeightFormat::of(self.quantization, largest_share(matrices)),
            layers: sizes.layers,
            heads: sizes.heads,
            hidden_size: sizes.hidden_size,
            context: sizes.context,
            vocabulary: sizes.vocabulary,
            device,
            load_seconds: 0.0,
            not_kept: None,
        };
        if let Model::Readers(_) = model {
            info.abilities = vec![Ability::Read];
        }
        if let Model::Encoder(encoder) = model {
            info.abilities = encoder_abilities(&encoder.model);
            if info.abilities.contains(&Ability::FillMask) {
                info.mask_token = tokenizer.mask().map(|(_, name)| name);
            }
            info.pooling = settings.pooling.clone();
            info.normalized = settings.normalized;
            info.embedding_size = settings.embedding_size(sizes.hidden_size);
            info.prompts = settings.prompts.texts.clone();
            info.default_prompt_name = settings.prompts.default.clone();
            info.context = settings.context(sizes.context).min(kernels::MOST_TOKENS);
        }
        info
    }
}

fn encoder_abilities(model: &Bert) -> Vec<Ability> {
    let mut abilities = vec![Ability::Embed];
    abilities.extend(model.masked_head.as_ref().map(|_| Ability::FillMask));
    let next = model.pooler.as_ref().and(model.next_sentence_head.as_ref());
    abilities.extend(next.map(|_| Ability::NextSentence));
    abilities
}

/// A model's name without the index of a shard.
fn without_shard(name: &str) -> String {
    let shard = ShardName::parse(name).or_else(|| ShardName::parse(&format!("{name}.gguf")));
    shard.as_ref().map_or(name, ShardName::model).to_owned()
}
