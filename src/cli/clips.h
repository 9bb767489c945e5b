// The clips that `evaluate` and `calibrate` are about.
#pragma once

#include <string>
#include <vector>

#include "evaluate/manifest.h"

namespace syncnet::cli {

struct Clips {
    evaluate::Manifest manifest;
    std::vector<evaluate::Clip> selected;
};

// Throws not_found, or invalid_request with the name of the manifest and where its form is told.
Clips read_clips(const std::string& manifest, const evaluate::Selection& selection);

}  // namespace syncnet::cli
