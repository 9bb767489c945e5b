// The description of the HTTP interface, OpenAPI 3.1; a test keeps it true.
#pragma once

#include <string>
#include <string_view>

namespace syncnet::service {

// With the options of a video as pipeline::video_options() has them.
const std::string& openapi_document();

// openapi.json: `x-video-options` stands where they go.
std::string_view openapi_text();

}  // namespace syncnet::service
