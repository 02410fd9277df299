#include "client.hpp"

namespace cloudsim::test {
namespace {

class Reset : public CloudTest {
protected:
    void SetUp() override { start_over(small_world()); }

    void start_over(World world, const std::string& faults = "") {
        world.timing.reset = {2min, 2min};
        use(std::move(world), faults);
    }

    Reply reset(const std::string& more = "") {
        return call("ResetInstance", R"({"InstanceId":"ins-00000001")" + more + "}");
    }

    Instance& machine() { return cloud->state().instances.at("ins-00000001"); }

    std::string shown(const std::string& member) {
        return call("DescribeInstances", R"({"InstanceIds":["ins-00000001"]})")
            .first("InstanceSet", member);
    }
};

TEST_F(Reset, PutsTheImageOnANewSystemDisk) {
    EXPECT_EQ(reset(R"(,"ImageId":"img-ubuntu22","SystemDisk":{"DiskSize":60})").code, "");
    EXPECT_EQ(shown("LatestOperation"), "ResetInstance");
    EXPECT_EQ(shown("LatestOperationState"), "OPERATING");
    EXPECT_EQ(shown("InstanceState"), "RUNNING");
    EXPECT_EQ(machine().system_disk.id, "disk-0000sys1");
    wait(2min);
    EXPECT_EQ(shown("LatestOperationState"), "SUCCESS");
    EXPECT_EQ(shown("ImageId"), "img-ubuntu22");
    EXPECT_EQ(shown("OsName"), "Ubuntu 22.04 64bit");
    EXPECT_EQ(machine().system_disk.size, 60);
    EXPECT_NE(machine().system_disk.id, "disk-0000sys1");
    EXPECT_EQ(machine().data_disks.at(0).id, "disk-000data1");
}

TEST_F(Reset, TakesTheCurrentImageByDefaultAndStartsAStoppedMachine) {
    machine().state = "STOPPED";
    EXPECT_EQ(reset().code, "");
    wait(2min);
    EXPECT_EQ(shown("ImageId"), "img-debian12");
    EXPECT_EQ(shown("InstanceState"), "RUNNING");
}

TEST_F(Reset, KeepsOtherWorkAway) {
    reset();
    const std::string busy = "OperationDenied.InstanceOperationInProgress";
    EXPECT_EQ(reset().code, busy);
    EXPECT_EQ(call("StopInstances", R"({"InstanceIds":["ins-00000001"]})").code, busy);
    EXPECT_EQ(call("TerminateInstances", R"({"InstanceIds":["ins-00000001"]})").code, busy);
    EXPECT_EQ(call("CreateImage", R"({"InstanceId":"ins-00000001","ImageName":"n"})").code, busy);
    wait(2min);
    EXPECT_EQ(call("CreateImage", R"({"InstanceId":"ins-00000001","ImageName":"n"})").code, "");
    EXPECT_EQ(reset().code, "MutexOperation.TaskRunning");
}

TEST_F(Reset, LeavesNothingToImageWhenItFails) {
    start_over(small_world(), "[[fault]]\naction=\"ResetInstance\"\nkind=\"task-fails\"\n");
    reset();
    wait(2min);
    EXPECT_EQ(shown("LatestOperationState"), "FAILED");
    EXPECT_NE(shown("LatestOperationErrorMsg"), "null");
    EXPECT_EQ(
        call("CreateImage", R"({"InstanceId":"ins-00000001","ImageName":"n"})").code,
        "UnsupportedOperation.InstanceReinstallFailed"
    );
}

TEST_F(Reset, FailsWhenItsImageIsGoneMeanwhile) {
    const std::string image = ready_image();
    reset(R"(,"ImageId":")" + image + "\"");
    call("DeleteImages", R"({"ImageIds":[")" + image + "\"]}");
    wait(2min);
    EXPECT_EQ(shown("LatestOperationState"), "FAILED");
}

TEST_F(Reset, RefusesWhatTheStateDoesNotAllow) {
    const auto code = [this](const char* state) {
        machine().state = state;
        return reset().code;
    };
    EXPECT_EQ(code("PENDING"), "UnsupportedOperation.InstanceStatePending");
    EXPECT_EQ(code("SHUTDOWN"), "UnsupportedOperation.InstanceStateShutdown");
    EXPECT_EQ(code("RESCUE_MODE"), "UnsupportedOperation.InstanceStateRescueMode");
    machine().stop_charging = true;
    EXPECT_EQ(code("STOPPED"), "UnsupportedOperation.StoppedModeStopCharging");
}

TEST_F(Reset, RefusesImagesThatDoNotSuitTheMachine) {
    const std::string id = ready_image();
    cloud->advance(now);
    Image& image = cloud->state().images.at(id);
    const Image good = image;
    const auto code = [&](auto change) {
        image = good;
        change(image);
        return reset(R"(,"ImageId":")" + id + "\"").code;
    };
    EXPECT_EQ(
        code([](Image& each) { each.state = "CREATING"; }),
        "InvalidParameterValue.InvalidImageState"
    );
    EXPECT_EQ(
        code([](Image& each) {
            each.disks.push_back({"snap-00000009", false, 10});
        }),
        "InvalidParameter.InstanceImageNotSupport"
    );
    EXPECT_EQ(
        code([](Image& each) { each.architecture = "arm"; }),
        "InvalidParameterValue.InvalidImageForGivenInstanceType"
    );
    EXPECT_EQ(
        code([](Image& each) { each.license = "BYOL"; }),
        "UnsupportedOperation.InvalidImageLicenseTypeForReset"
    );
    EXPECT_EQ(
        code([](Image& each) { each.encrypted = true; }),
        "UnsupportedOperation.ModifyEncryptionNotSupported"
    );
    EXPECT_EQ(code([](Image& each) { each.disks[0].size = 60; }), "InvalidParameterValue.Range");
    EXPECT_EQ(code([](Image&) {}), "");
}

TEST_F(Reset, SwitchesTheKindOfSystemOnCertainDisksOnly) {
    machine().system_disk.type = "CLOUD_TSSD";
    EXPECT_EQ(
        reset(R"(,"ImageId":"img-winsv022")").code,
        "InvalidParameterValue.InvalidImageIdForRetsetInstance"
    );
    EXPECT_EQ(reset(R"(,"ImageId":"img-ubuntu22")").code, "");
}

TEST_F(Reset, ChangesNothingWhenItIsRefused) {
    const std::string before = shown("HostName");
    reset(R"(,"HostName":"new-name","SystemDisk":{"DiskSize":40})");
    EXPECT_EQ(shown("HostName"), before);
    reset(R"(,"HostName":"new-name")");
    EXPECT_EQ(shown("HostName"), "new-name");
}

TEST_F(Reset, NamesWhatIsWrongWithTheRequest) {
    EXPECT_EQ(call("ResetInstance", "{}").code, "MissingParameter");
    EXPECT_EQ(call("ResetInstance", R"({"InstanceId":"x"})").code, "InvalidInstanceId.Malformed");
    EXPECT_EQ(
        call("ResetInstance", R"({"InstanceId":"ins-99999999"})").code, "InvalidInstanceId.NotFound"
    );
    EXPECT_EQ(reset(R"(,"DryRun":true)").code, "UnknownParameter");
    EXPECT_EQ(reset(R"(,"ImageId":"img-99999999")").code, "InvalidImageId.NotFound");
    EXPECT_EQ(reset(R"(,"SystemDisk":{"DiskSize":40})").code, "InvalidParameterValue.Range");
    EXPECT_EQ(
        reset(R"(,"SystemDisk":{"DiskType":"CLOUD_SSD"})").code,
        "InvalidParameterValue.NotSupported"
    );
    EXPECT_EQ(reset(R"(,"HostName":"a..b")").code, "InvalidParameterValue.IllegalHostName");
}

}  // namespace
}  // namespace cloudsim::test
