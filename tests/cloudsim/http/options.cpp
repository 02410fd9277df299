#include "options.hpp"

#include "../text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cmath>
#include <map>

namespace cloudsim {

const char* const help_text =
    R"(Usage: cvmcloudsim --world FILE [OPTION]...
Serve a simulated Tencent Cloud on one loopback port: API 3.0 (cvm, cbs, tat,
region, sts), COS and the metadata service of an instance. All state lives in memory.

  --world FILE          what exists: accounts, buckets, instances, images, limits, timing
  --listen ADDRESS:PORT where to serve, an IP address: 127.0.0.1:0 (default) or [::1]:0;
                        port 0 takes a free one
  --speed N             simulated seconds per real second, from now on: up to 100000 (default 1)
  --clock CLOCK         'from=RFC3339 at=UNIXTIME speed=N': the simulated time is
                        from + (real time - at) * speed; excludes --speed
  --seed N              chance of durations, ids and faults (default 1)
  --faults FILE         what goes wrong: lost answers, errors, failing tasks, ...
  --requests-log FILE   one JSON object per request; the file is emptied first
  -h, --help            this text
  --version             the version

A value follows its option after a blank or '='. Examples that name every key:
tests/cloudsim/examples/world.toml and faults.toml. All the rest: man cvmcloudsim.

When it serves it prints: cvmcloudsim ready http://ADDRESS:PORT
Exit codes: 0 ended by SIGTERM or SIGINT, 1 failed, 2 usage, 78 bad world or fault file.
)";

namespace {

// Nobody reads times beyond it: the last second of the year 9999.
constexpr Instant end_of_time{std::chrono::seconds{253'402'300'799}};

template <class Number>
Number parse_number(const std::string& option, const std::string& text) {
    Number value{};
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    if (error != std::errc{} || end != last) {
        throw UsageError{option + ": '" + text + "' is not a number"};
    }
    return value;
}

double parse_speed(const std::string& option, const std::string& text) {
    const auto speed = parse_number<double>(option, text);
    constexpr double fastest = 1e5;
    if (!(speed > 0.0) || speed > fastest) {
        throw UsageError{option + ": the speed must be above 0 and at most 100000, not " + text};
    }
    return speed;
}

void parse_listen(Options& options, const std::string& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0) {
        throw UsageError{"--listen: '" + text + "' is not ADDRESS:PORT"};
    }
    std::string address = text.substr(0, colon);
    const bool is_bracketed = address.starts_with('[') && address.ends_with(']');
    address = is_bracketed ? address.substr(1, address.size() - 2) : address;
    in6_addr ignored{};
    if (inet_pton(is_bracketed ? AF_INET6 : AF_INET, address.c_str(), &ignored) != 1) {
        throw UsageError{
            "--listen: '" + text.substr(0, colon) +
            "' is not an IP address such as 127.0.0.1 or [::1]; names are not looked up"};
    }
    const std::string port = text.substr(colon + 1);
    constexpr std::uint64_t port_max = 65535;
    const auto number = parse_number<std::uint64_t>("--listen", port);
    if (number > port_max) {
        throw UsageError{"--listen: a port is from 0 to 65535, not " + port};
    }
    options.address = address;
    options.port = static_cast<unsigned short>(number);
}

void set_option(Options& options, const std::string& name, const std::string& value) {
    if (name == "--world") {
        options.world = value;
    } else if (name == "--listen") {
        parse_listen(options, value);
    } else if (name == "--speed") {
        options.speed = parse_speed(name, value);
    } else if (name == "--clock") {
        options.clock = parse_clock(value);
    } else if (name == "--seed") {
        options.seed = parse_number<std::uint64_t>(name, value);
    } else if (name == "--faults") {
        options.faults = value;
    } else if (name == "--requests-log") {
        options.requests_log = value;
    } else {
        throw UsageError{"unknown option '" + name + "'"};
    }
}

}  // namespace

Instant ScaledClock::simulated(Instant real) const {
    const double passed = static_cast<double>((real - at).count()) * speed;
    const double room = static_cast<double>((end_of_time - from).count());
    return passed >= room ? end_of_time : from + Duration{std::llround(std::max(passed, -room))};
}

std::chrono::nanoseconds ScaledClock::real_length(Duration simulated_length) const {
    constexpr double century = 3.2e18;
    const double nanoseconds = static_cast<double>(simulated_length.count()) * 1e3 / speed;
    return std::chrono::nanoseconds{std::llround(std::min(nanoseconds, century))};
}

ScaledClock parse_clock(const std::string& text) {
    std::map<std::string, std::string> parts;
    for (const std::string& part : split(text, ' ')) {
        if (part.empty()) {
            continue;
        }
        const auto equals = part.find('=');
        const std::string name = part.substr(0, equals);
        if (equals == std::string::npos || (name != "from" && name != "at" && name != "speed") ||
            !parts.emplace(name, part.substr(equals + 1)).second) {
            throw UsageError{"--clock: '" + part + "' is none of from=, at=, speed="};
        }
    }
    if (parts.size() != 3) {
        throw UsageError{"--clock: from=, at= and speed= are all needed"};
    }
    const auto from = parse_rfc3339(parts["from"]);
    if (!from || *from > end_of_time) {
        throw UsageError{"--clock: '" + parts["from"] + "' is not an RFC 3339 time"};
    }
    const auto at_seconds = parse_number<double>("--clock", parts["at"]);
    constexpr auto latest = std::chrono::floor<std::chrono::seconds>(end_of_time);
    if (!(std::abs(at_seconds) <= static_cast<double>(latest.time_since_epoch().count()))) {
        throw UsageError{"--clock: at= is out of range"};
    }
    const auto at_micros = static_cast<std::int64_t>(std::llround(at_seconds * 1e6));
    return {*from, Instant{Duration{at_micros}}, parse_speed("--clock", parts["speed"])};
}

Options parse_options(const std::vector<std::string>& arguments) {
    Options options;
    bool has_speed = false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        std::string name = arguments[i];
        const bool is_help = name == "--help" || name == "-h";
        if (is_help || name == "--version") {
            options.wants_help = options.wants_help || is_help;
            options.wants_version = options.wants_version || name == "--version";
            continue;
        }
        const auto equals = name.find('=');
        std::string value;
        if (name.starts_with("--") && equals != std::string::npos) {
            value = name.substr(equals + 1);
            name.resize(equals);
        } else if (i + 1 < arguments.size()) {
            value = arguments[++i];
        } else {
            throw UsageError{"option '" + name + "' is unknown or lacks its value"};
        }
        has_speed = has_speed || name == "--speed";
        set_option(options, name, value);
    }
    if (options.wants_help || options.wants_version) {
        return options;
    }
    if (options.world.empty()) {
        throw UsageError{"--world FILE is needed"};
    }
    if (has_speed && options.clock) {
        throw UsageError{"--speed and --clock exclude each other"};
    }
    return options;
}

}  // namespace cloudsim
