// The public result of an analysis.
#pragma once

#include "pipeline/analysis.h"
#include "syncnet/result.h"

namespace syncnet::api {

Result to_result(const pipeline::Analysis& analysis);

}  // namespace syncnet::api
