#include "nn/thread_count.h"

#include <omp.h>

namespace syncnet::nn {

ThreadCount::ThreadCount(int count) : before_(omp_get_max_threads()) {
    omp_set_num_threads(count);
}

ThreadCount::~ThreadCount() {
    omp_set_num_threads(before_);
}

}  // namespace syncnet::nn
