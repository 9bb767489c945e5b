#include <cstdlib>

#include "base/error.h"
#include "fuzz/scratch_folder.h"
#include "fuzz/targets.h"
#include "score/calibration_file.h"

namespace syncnet::fuzz {

// A calibration file; what was understood is understood the same way when it is written again.
void calibration(std::span<const std::byte> input) {
    const auto path = put("calibration.json", input);
    std::string text;
    try {
        text = score::to_text(score::load_calibration_file(path));
    } catch (const Error& e) {
        if (e.code() != ErrorCode::bad_model) throw;
        return;
    }
    const auto again =
        score::load_calibration_file(put("calibration.json", std::as_bytes(std::span(text))));
    if (score::to_text(again) != text) std::abort();
}

}  // namespace syncnet::fuzz
