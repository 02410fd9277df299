// What goes into the simulated cloud and what comes out of it: whole requests and whole answers as
// plain values, plus what happens to the answer on its way (Fate), so that tests without sockets
// see the same faults as clients behind a port do.
#pragma once

#include "instants.hpp"
#include "pattern.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cloudsim {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Names compare without case; the first match counts.
std::optional<std::string_view> find_header(const Headers& headers, std::string_view name);

struct HttpRequest {
    std::string method = "POST";
    std::string target = "/";  // path and query as sent, still percent-encoded
    Headers headers;
    std::string body;
    std::string address;        // the client's, "" when nobody knows it
    bool is_too_large = false;  // for the port in front; the body is left out

    std::optional<std::string_view> header(std::string_view name) const {
        return find_header(headers, name);
    }
};

enum class Fate {
    delivered,
    closed,     // the connection ends without a byte of answer
    reset,      // the connection is reset without a byte of answer
    silent,     // the connection stays open and nothing ever comes
    truncated,  // head and the first half of the body arrive, then the connection ends
    torn,       // the same, then the connection is reset
};

// Asynchronous work that a request began. The time is the one drawn for it, also where a fault
// lets it end badly or never.
struct TaskRecord {
    std::string image;   // the new image; for an export the exported one
    std::string source;  // the image a copy is made of, "" for other work
    std::string region;  // where a copy goes, "" for other work
    Duration length{0};  // simulated
};

// One line of the requests log.
struct RequestRecord {
    Instant time;
    std::string account;  // uin, "" when the caller could not be told
    std::string endpoint;
    std::string region;
    std::string action;
    std::string code;  // "" for success
    std::string request_id;
    std::string fault;         // kind of the injected fault, "" without one
    Duration clock_offset{0};  // by which the server's clock was off, not logged
    bool is_late = false;      // carried out after its answer was lost, not logged
    std::vector<TaskRecord> tasks;
};

// One JSON object without a line end. `fault` and `tasks` are there only if there are any; a task
// is {"image", "seconds"}, of SyncImages {"image", "source", "region", "seconds"}.
std::string to_json_line(const RequestRecord& record);

struct HttpAnswer {
    int status = 200;
    Headers headers;
    std::string body;
    // The body instead of `body`, when it is too long to be held; whoever sends it makes it up.
    std::optional<PatternSlice> pattern;
    // Set for HEAD, and when the length told differs from the body's.
    std::optional<std::uint64_t> content_length;
    Fate fate = Fate::delivered;
    Duration delay{0};  // simulated time between the request's arrival and the answer
    RequestRecord record;
};

}  // namespace cloudsim
