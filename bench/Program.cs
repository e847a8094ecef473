using System.CommandLine;
using Slipway.Bench;
using Slipway.Bench.Serving;

var root = new RootCommand("Slipway's speed, measured with a stopwatch: one verb for each hot path.")
{
    OnnxFloor.Command(),
    ServingLoad.Command(),
    ServingSpeed.Command(),
    ServingConnections.Command(),
    LoadClient.Command(),
    HeldConnections.Command(),
    JobOverhead.Command(),
    TrackingLoad.Command(),
    DataCommit.Command(),
    GarbageLoad.Command(),
    LakeProfile.Command(),
    SearchLoad.Command(),
    ArtifactLoad.Command(),
    DriftLoad.Command(),
    ProfileMerge.Command(),
    AnomalyLook.Command(),
    BatchScoring.Command(),
};
return await root.Parse(args).InvokeAsync();
