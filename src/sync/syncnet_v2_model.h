// The published SyncNet as a sync model: face crops, MFCCs, and the reference's way of measuring.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sync/sync_curve.h"
#include "sync/sync_model.h"
#include "sync/syncnet_v2.h"

namespace syncnet::sync {

std::shared_ptr<const SyncModel> syncnet_v2_model(const SyncNetV2& networks, std::string version,
                                                  Edges edges);

// One face, the way the published SyncNet's numbers are made (Edges::zero_padded).
struct PublishedMeasurement {
    SyncCurve curve;
    std::optional<SyncResult> result;
    std::vector<float> framewise;  // confidence per lip frame
};

PublishedMeasurement measure_as_published(const Embeddings& lips, const Embeddings& audio);

}  // namespace syncnet::sync
