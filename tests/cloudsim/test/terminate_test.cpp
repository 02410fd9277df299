#include "client.hpp"

namespace cloudsim::test {
namespace {

class Terminate : public CloudTest {
protected:
    void SetUp() override { start_over(small_world()); }

    void start_over(World world, const std::string& faults = "") {
        world.timing.terminate = {30s, 30s};
        use(std::move(world), faults);
    }

    Reply terminate(const std::string& ids = "\"ins-00000001\"") {
        return call("TerminateInstances", R"({"InstanceIds":[)" + ids + "]}");
    }

    Instance& machine(const std::string& id = "ins-00000001") {
        return cloud->state().instances.at(id);
    }

    std::string state() {
        return call("DescribeInstancesStatus", R"({"InstanceIds":["ins-00000001"]})")
            .first("InstanceStatusSet", "InstanceState");
    }
};

TEST_F(Terminate, DestroysAPostpaidInstance) {
    EXPECT_EQ(terminate().code, "");
    EXPECT_EQ(state(), "TERMINATING");
    wait(30s);
    EXPECT_EQ(state(), "");
    EXPECT_EQ(terminate().code, "InvalidInstanceId.NotFound");
}

TEST_F(Terminate, RecyclesAPrepaidInstanceFirst) {
    machine().charge_type = "PREPAID";
    terminate();
    wait(30s);
    EXPECT_EQ(state(), "SHUTDOWN");
    EXPECT_EQ(
        call("StartInstances", R"({"InstanceIds":["ins-00000001"]})").code,
        "UnsupportedOperation.InstanceStateShutdown"
    );
    terminate();
    EXPECT_EQ(state(), "TERMINATING");
    wait(30s);
    EXPECT_EQ(state(), "");
}

TEST_F(Terminate, StopsAtTheQuotaOfReturns) {
    start_over(small_world("[limits]\nprepaid_returns = 1\n"));
    machine().charge_type = "PREPAID";
    machine("ins-w0000001").charge_type = "PREPAID";
    EXPECT_EQ(terminate().code, "");
    EXPECT_EQ(terminate("\"ins-w0000001\"").code, "LimitExceeded.UserReturnQuota");
    wait(30s);
    EXPECT_EQ(terminate().code, "");
}

TEST_F(Terminate, TakesAllOrNone) {
    machine("ins-w0000002").disable_api_termination = true;
    EXPECT_EQ(
        terminate(R"("ins-w0000001","ins-w0000002")").code,
        "UnsupportedOperation.InstancesProtected"
    );
    EXPECT_EQ(terminate(R"("ins-w0000001","ins-99999999")").code, "InvalidInstanceId.NotFound");
    EXPECT_EQ(machine("ins-w0000001").state, "RUNNING");
    EXPECT_EQ(terminate(R"("ins-w0000001","ins-w0000003","ins-w0000001")").code, "");
    wait(30s);
    cloud->advance(now);
    EXPECT_EQ(cloud->state().instances.size(), 29U);
}

TEST_F(Terminate, RefusesWhatTheStateDoesNotAllow) {
    const auto code = [this](const char* now_state) {
        machine().state = now_state;
        return terminate().code;
    };
    EXPECT_EQ(code("PENDING"), "UnsupportedOperation.InstanceStatePending");
    EXPECT_EQ(code("STOPPING"), "UnsupportedOperation.InstanceStateStopping");
    EXPECT_EQ(code("SHUTDOWN"), "UnsupportedOperation.InstanceStateShutdown");
    EXPECT_EQ(code("LAUNCH_FAILED"), "");
    EXPECT_EQ(terminate().code, "UnsupportedOperation.InstanceStateTerminating");
}

TEST_F(Terminate, RefusesWhatDoesNotGoTogether) {
    machine().charge_type = "PREPAID";
    EXPECT_EQ(
        terminate(R"("ins-00000001","ins-w0000001")").code,
        "InvalidParameterValue.InstanceNotSupportedMixPricingModel"
    );
    std::string many;
    for (int i = 0; i < 101; ++i) {
        many += (i == 0 ? "\"" : ",\"") + std::string{"ins-w0000001\""};
    }
    EXPECT_EQ(terminate(many).code, "InvalidParameterValue.LimitExceeded");
    EXPECT_EQ(terminate("\"x\"").code, "InvalidInstanceId.Malformed");
    EXPECT_EQ(terminate("").code, "MissingParameter");
    machine().platform = "Red Hat Enterprise Linux";
    EXPECT_EQ(terminate().code, "UnsupportedOperation.RedHatInstanceTerminateUnsupported");
}

TEST_F(Terminate, WaitsForAnImageInCreation) {
    call("CreateImage", R"({"InstanceId":"ins-00000001","ImageName":"n"})");
    EXPECT_EQ(terminate().code, "MutexOperation.TaskRunning");
}

TEST_F(Terminate, FallsBackWhenItsTaskFails) {
    start_over(small_world(), "[[fault]]\naction=\"TerminateInstances\"\nkind=\"task-fails\"\n");
    machine().state = "STOPPED";
    terminate();
    wait(30s);
    EXPECT_EQ(state(), "STOPPED");
    EXPECT_EQ(machine().latest_operation_state, "FAILED");
}

}  // namespace
}  // namespace cloudsim::test
