#include "record.hpp"

#include <array>
#include <cassert>
#include <cstdio>

namespace cvmbackup::simulation {

namespace {

constexpr std::array mark_names{
    "answer lost, image made",
    "answer lost, copy made",
    "answer lost, export begun",
    "answer lost, images deleted",
    "request lost, not executed",
    "request carried out late, image made",
    "request carried out late, copy made",
    "request carried out late, images deleted",
    "asked again under the same name",
    "asked under the next name",
    "image found by its name",
    "name already taken",
    "image failed",
    "image vanished",
    "image hung",
    "copy vanished",
    "export failed",
    "export without objects given up",
    "quota full",
    "throttled",
    "signature expired",
    "image late in lists",
    "list of a while ago",
    "error told of what was carried out",
    "answer too large",
    "answer told to be another request's",
    "page began one later",
    "reading denied for long",
    "key revoked",
    "account in arrears",
    "region gone",
    "instance busy",
    "crash before a request",
    "crash after a request",
    "crash before a commit",
    "crash after a commit",
    "crash at an await",
    "crash between intent and call",
    "crash between call and result",
    "crash while starting",
    "orderly stop in mid-backup",
    "clock set forward",
    "clock set back",
    "clock set forward by hours",
    "clock set back by hours",
    "time came again after its run",
    "catalog lost",
    "older catalog put back",
    "backup rebuilt from the cloud",
    "run made up for",
    "firing superseded or too old",
    "run by hand",
    "run cancelled",
    "firing passed over while paused",
    "times passed in a row",
    "settings reloaded in mid-backup",
    "denied window waited for",
    "spread waited for",
    "fired in a gap of the clock",
    "fired in the first of two equal hours",
    "previous backup still under way",
    "instance gone in mid-backup",
    "instance gone soon after it was named",
    "instance stopped without charge",
    "powered off and started again",
    "could not be started at first",
    "deletions stopped: many",
    "deletions stopped: stale",
    "deletions stopped: clock",
    "deletions stopped: disagreement",
    "deletions stopped: adopted",
    "deletions let go by the operator",
    "copy found to be lost",
    "image gone by itself found to be lost",
    "replica gone by itself found to be lost",
    "objects gone by themselves found to be lost",
    "found: missing",
    "found: unknown",
    "found: wrong-state",
    "found: foreign",
    "found: leftover",
    "calls held back by the breaker",
    "copy quarantined",
    "min_good held something back",
    "pin held what a rule would have deleted",
    "deleted after its pin had ended",
    "deleted by retention",
    "deletion of an image already gone",
    "deletion refused at first",
    "objects deleted by retention",
    "export of broken objects given up",
    "export left alone whose object somebody replaced",
    "left-over of a failed attempt deleted",
    "whole-machine image",
    "copy skipped as impossible",
    "backup partial",
    "backup failed",
    "run failed for want of a list",
};

}  // namespace

void Trace::note(Instant at, const std::string& event) {
    const auto mix = [this](unsigned char byte) { hash_ = (hash_ ^ byte) * 0x100000001b3U; };
    auto count = static_cast<std::uint64_t>(at.time_since_epoch().count());
    for (int i = 0; i < 8; ++i) {
        mix(static_cast<unsigned char>(count));
        count >>= 8U;
    }
    for (const char c : event) {
        mix(static_cast<unsigned char>(c));
    }
    if (print_) {
        std::printf("%s  %s\n", to_rfc3339(at).c_str(), event.c_str());
    }
}

std::string Trace::digest() const {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash_));
    return text;
}

const std::vector<std::string>& all_marks() {
    static const std::vector<std::string> marks(std::begin(mark_names), std::end(mark_names));
    return marks;
}

Marks::Marks() {
    for (const std::string& mark : all_marks()) {
        counts_[mark] = 0;
    }
}

void Marks::hit(const std::string& mark) {
    const auto found = counts_.find(mark);
    assert(found != counts_.end() && "a mark that is not in the list");
    ++found->second;
}

}  // namespace cvmbackup::simulation
