using Slipway.Cli.Mounts;
using Xunit;

namespace Slipway.Unit.Cli.Mounts;

public sealed class MountTableTests
{
    [Fact]
    public void Versions_are_found_among_all_that_is_mounted()
    {
        string[] lines =
        [
            "22 27 0:21 / /proc rw,relatime shared:13 - proc proc rw",
            @"42 27 0:39 / /data/my\040flights\134old ro,nosuid,nodev,relatime shared:9 master:3 - fuse.slipway azureml:flights:3 ro,user_id=0,group_id=0",
            "43 27 0:40 / /data/other ro - fuse.sshfs azureml:flights:4 ro",
            @"44 27 0:41 / /data/Z\303\274ge ro - fuse.slipway azureml:trains:1 ro",
            "a line of another kind",
        ];

        var mounts = MountTable.Read(lines);

        Assert.Equal([new Mounted(@"/data/my flights\old", "azureml:flights:3"), new Mounted("/data/Züge", "azureml:trains:1")], mounts);
    }
}
