#include "client.hpp"

namespace cloudsim::test {
namespace {

class Power : public CloudTest {
protected:
    void SetUp() override { use(small_world()); }

    std::string state() {
        const Reply reply = call("DescribeInstancesStatus", R"({"InstanceIds":["ins-00000001"]})");
        return reply.first("InstanceStatusSet", "InstanceState");
    }

    Reply stop(const std::string& more = "") {
        return call("StopInstances", R"({"InstanceIds":["ins-00000001"])" + more + "}");
    }

    Reply start() { return call("StartInstances", R"({"InstanceIds":["ins-00000001"]})"); }

    Reply create(const std::string& more = "") {
        return call("CreateImage", R"({"ImageName":"n","InstanceId":"ins-00000001")" + more + "}");
    }
};

TEST_F(Power, StopsAndStartsInItsTime) {
    stop();
    EXPECT_EQ(state(), "STOPPING");
    wait(1min);
    EXPECT_EQ(state(), "STOPPED");
    start();
    EXPECT_EQ(state(), "STARTING");
    wait(1min);
    EXPECT_EQ(state(), "RUNNING");
}

TEST_F(Power, StartsNothingForAnAccountInArrears) {
    stop();
    wait(5min);
    cloud->state().accounts.at("100000000001").in_arrears = true;
    EXPECT_EQ(start().code, "InvalidAccount.InsufficientBalance");
}

TEST_F(Power, RefusesWhatTheStateDoesNotAllow) {
    EXPECT_EQ(start().code, "UnsupportedOperation.InstanceStateRunning");
    stop();
    EXPECT_EQ(stop().code, "UnsupportedOperation.InstanceStateStopping");
    EXPECT_EQ(create().code, "UnsupportedOperation.InstanceStateStopping");
}

TEST_F(Power, MakesAnInstanceUselessForImagesWhenItIsStoppedWithoutCharge) {
    stop(R"(,"StoppedMode":"STOP_CHARGING")");
    wait(1min);
    EXPECT_EQ(create().code, "UnsupportedOperation.StoppedModeStopCharging");
}

TEST_F(Power, KeepsChargingWhatIsNotPaidByTheHour) {
    cloud->state().instances.at("ins-00000001").charge_type = "PREPAID";
    stop(R"(,"StoppedMode":"STOP_CHARGING")");
    wait(1min);
    EXPECT_EQ(create().code, "");
}

TEST_F(Power, TakesOneWayToStopOnly) {
    EXPECT_EQ(stop(R"(,"ForceStop":true,"StopType":"HARD")").code, "InvalidParameterConflict");
    EXPECT_EQ(stop(R"(,"StopType":"KICK")").code, "InvalidParameterValue");
    EXPECT_EQ(stop(R"(,"StoppedMode":"FREE")").code, "InvalidParameterValue");
    EXPECT_EQ(stop(R"(,"ForceStop":true)").code, "");
}

TEST_F(Power, StopsAnInstanceOnceThatIsNamedTwice) {
    const std::string twice = R"({"InstanceIds":["ins-00000001","ins-00000001"]})";
    EXPECT_EQ(call("StopInstances", twice).code, "");
    EXPECT_EQ(cloud->state().tasks.size(), 1U);
}

TEST_F(Power, IsRefusedWhileAnImageIsBeingCreated) {
    create();
    EXPECT_EQ(stop().code, "MutexOperation.TaskRunning");
}

TEST_F(Power, GoesOffForAnImageThatWantsIt) {
    create(R"(,"ForcePoweroff":"true")");
    EXPECT_EQ(state(), "STOPPED");
    wait(15min);
    EXPECT_EQ(state(), "RUNNING");
}

TEST_F(Power, StaysOffAfterTheImageInTheUnkindWorld) {
    use(small_world("[behaviour]\npoweroff_stays_off = true\n"));
    create(R"(,"ForcePoweroff":"true")");
    wait(15min);
    EXPECT_EQ(state(), "STOPPED");
}

}  // namespace
}  // namespace cloudsim::test
