// oneDNN splits every primitive over OpenMP threads. The product runs stages and requests side by
// side instead, which wastes nothing on barriers; so in this scope a primitive stays on its thread.
#pragma once

#include <omp.h>

namespace syncnet::nn {

class SingleThread {
  public:
    SingleThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
    ~SingleThread() { omp_set_num_threads(before_); }
    SingleThread(const SingleThread&) = delete;
    SingleThread& operator=(const SingleThread&) = delete;

  private:
    int before_;
};

}  // namespace syncnet::nn
