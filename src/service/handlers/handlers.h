// Every address of the service, by what it is about. The context is kept by reference.
#pragma once

#include <vector>

#include "service/context.h"
#include "service/route.h"

namespace syncnet::service {

// /health, /livez, /readyz, /version, /metrics, /openapi.json
std::vector<Route> status_routes(Context& context);
// POST /score, /v1/score
std::vector<Route> score_routes(Context& context);
// /v1/jobs
std::vector<Route> job_routes(Context& context);

std::vector<Route> all_routes(Context& context);

}  // namespace syncnet::service
