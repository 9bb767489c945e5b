// LipSync as a sync model: lip crops and log-mel audio.
#pragma once

#include <memory>

#include "sync/lip_sync.h"
#include "sync/sync_model.h"

namespace syncnet::sync {

std::shared_ptr<const SyncModel> lip_sync_model(const LipSyncModel& networks);

}  // namespace syncnet::sync
