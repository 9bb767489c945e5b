// What a caller of the library asks, in the pipeline's terms.
#pragma once

#include "pipeline/reading.h"
#include "syncnet/analyzer.h"

namespace syncnet::api {

// Throws invalid_request.
pipeline::Request to_request(const Request& request);

}  // namespace syncnet::api
