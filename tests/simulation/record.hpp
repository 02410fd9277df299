// What a run leaves behind: a trace of events whose digest two builds must agree on, the
// interesting points that were reached, and the promise that was broken, if one was.
#pragma once

#include "model/time.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace cvmbackup::simulation {

// Thrown out of the daemon's loop by whoever sees it. No std::exception, so that nobody catches it
// on the way.
struct Broken {
    int promise = 0;  // as numbered in docs/testing.md
    std::string text;
};

class Trace {
public:
    explicit Trace(bool print)
        : print_(print) {}

    void note(Instant at, const std::string& event);

    std::string digest() const;

private:
    bool print_;
    std::uint64_t hash_ = 0xcbf29ce484222325U;  // FNV-1a
};

// Points that a set of runs must reach at least once.
const std::vector<std::string>& all_marks();

class Marks {
public:
    Marks();
    void hit(const std::string& mark);

    const std::map<std::string, std::size_t>& counts() const { return counts_; }

private:
    std::map<std::string, std::size_t> counts_;
};

}  // namespace cvmbackup::simulation
