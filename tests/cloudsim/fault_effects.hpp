// What a fault does to a request and its answer, alike for all services.
#pragma once

#include "faults.hpp"
#include "messages.hpp"
#include "state.hpp"

#include <optional>

namespace cloudsim {

// The answer when the fault keeps the request from being executed, unless it is answered with an
// error code in the service's own form.
std::optional<HttpAnswer> answer_instead(const Fault& fault);
// Changes the answer to a request that was executed.
void spoil(HttpAnswer& answer, const Fault& fault);
TaskEnd task_end(const Fault& fault);
// The account whose secret id the request names, "" for an unknown one. Nothing is verified.
std::string claimed_account(const HttpRequest& request, const State& state);

}  // namespace cloudsim
