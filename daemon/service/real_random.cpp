#include "service/real_random.hpp"

#include <array>
#include <cerrno>
#include <sys/random.h>
#include <system_error>

namespace cvmbackup {

RealRandom::RealRandom() {
    std::array<std::uint32_t, 8> words{};
    if (::getrandom(words.data(), sizeof words, 0) != sizeof words) {
        throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    std::seed_seq seed(words.begin(), words.end());
    engine_.seed(seed);
}

}  // namespace cvmbackup
