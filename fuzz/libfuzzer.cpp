// libFuzzer's way into the target that SYNCNET_FUZZ_TARGET names.
#include <cstdint>

#include "fuzz/budget.h"
#include "fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const syncnet::fuzz::Budget budget(size);
    syncnet::fuzz::SYNCNET_FUZZ_TARGET(std::as_bytes(std::span(data, size)));
    return 0;
}
