// The whole daemon but sockets, bus and real time, against the in-process simulated cloud: one
// thread, virtual time. A crash destroys every suspended frame; the next incarnation goes on from
// the catalog and the cloud as they are.
#pragma once

#include "catalog/catalog.hpp"
#include "support/incarnation.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cvmbackup {

class RecordingObserver final : public Observer {
public:
    void observe(const Fact& fact) override {
        if (const auto* notice = std::get_if<Notice>(&fact)) {
            notices.push_back(notice->text);
        }
        if (const auto* answered = std::get_if<ApiAnswered>(&fact)) {
            throttled += answered->code.starts_with("RequestLimitExceeded") ? 1 : 0;
        }
    }

    std::vector<std::string> notices;
    int throttled = 0;
};

class EngineWorld {
public:
    explicit EngineWorld(const std::string& world, const std::string& faults = "");

    void begin();  // a new life, at now()
    void crash();  // ends the present one
    // Lets time pass; begins a life if there is none.
    void run_for(Duration duration);
    // Until no run is unfinished; false if that takes longer than the limit.
    bool run_until_done(Duration limit = std::chrono::days(4));

    Engine& engine() { return *life->engine; }

    // In this life no read may name the image; lists show it.
    void refuse_reads_of(std::string image);

    Backup newest_backup();
    std::vector<Backup> all_backups();
    std::vector<cloudsim::Image> images(const std::string& region) const;
    std::vector<std::string> keys() const;  // of exported objects
    std::size_t calls(const std::string& action) const;
    // Names that more than one image of a region carries.
    std::vector<std::string> doubled_names() const;

    Instant now;        // by the wall clock
    Duration wrong{0};  // how far that is ahead of the cloud's when the next life begins
    std::unique_ptr<cloudsim::Cloud> cloud;
    std::unique_ptr<Catalog> catalog;
    RecordingObserver observer;
    std::vector<cloudsim::RequestRecord> records;
    Settings settings;
    std::unique_ptr<Incarnation> life;
};

// Guangzhou instances with the tag tier=web, due at 02:15 UTC, replicated to Shanghai.
Policy web_policy();
// Of each of its backups, into the bucket of web_world.
ExportTarget web_export(const Keep& keep = Keep());
// An account in Guangzhou and Shanghai with a bucket and `count` such instances.
std::string web_world(int count, const std::string& more = "");

}  // namespace cvmbackup
