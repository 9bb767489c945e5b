// Every address of the service, by what it is about.
#pragma once

#include <vector>

#include "service/context.h"
#include "service/http/route.h"

namespace syncnet::service {

// /health, /livez, /readyz, /version, /metrics, /openapi.json: all that ADMIN_PORT has
std::vector<Route> status_routes();
// POST /score, /v1/score
std::vector<Route> score_routes();
// /v1/live
std::vector<Route> live_routes();
// /v1/jobs
std::vector<Route> job_routes();
// /, /assets, /samples: the page
std::vector<Route> page_routes();

std::vector<Route> all_routes();

}  // namespace syncnet::service
