#include "rules/spread.hpp"

#include <cstdint>
#include <string_view>

namespace cvmbackup {

namespace {

// These constants are part of the promise: another hash would move every backup's start.
std::uint64_t fnv1a(std::uint64_t hash, std::string_view text) {
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    }
    return hash;
}

// splitmix64's finalizer; FNV alone leaves the high bits of similar names alike.
std::uint64_t mix(std::uint64_t value) {
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31U);
}

}  // namespace

Duration spread_offset(const PolicyName& policy, const InstanceId& instance, Duration spread) {
    if (spread <= Duration(0)) {
        return Duration(0);
    }
    std::uint64_t hash = fnv1a(0xcbf29ce484222325U, policy.text());
    hash = fnv1a(hash, std::string_view("\0", 1));
    hash = fnv1a(hash, instance.text());
    const auto span = static_cast<std::uint64_t>(spread.count());
    return Duration(static_cast<Duration::rep>(mix(hash) % span));
}

}  // namespace cvmbackup
