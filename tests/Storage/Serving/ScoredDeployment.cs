using System.Text;
using Google.Protobuf;
using Slipway.Data;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Protocol;
using Slipway.Serving.Routing;
using Slipway.Serving.Runtimes.Onnx;
using Slipway.Serving.Scoring;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Storage.Serving;

/// <summary>The deployment "flights/blue" of a real model, and a slot that has just been scored.</summary>
internal sealed class ScoredDeployment(ServedModel model) : IDisposable
{
    private readonly ScoringSlot _slot = new(model);

    public ServedModel Model { get; } = model;

    public ServedDeployment Served { get; } = new(
        WorkspaceName.Default,
        new OnlineDeployment
        {
            Endpoint = "flights",
            Name = "blue",
            Model = "late",
            ModelVersion = 1,
            State = "Succeeded",
            CreatedAt = DateTimeOffset.UnixEpoch,
        },
        model,
        new SlotPool(model, 1, 1),
        CollectionRule.All);

    public static ScoredDeployment Create(string folder)
    {
        var path = Path.Combine(folder, "late.onnx");
        File.WriteAllBytes(path, OnnxModels.Classifier().ToByteArray());
        var version = new ModelVersion
        {
            Workspace = WorkspaceName.Default,
            Model = "late",
            Number = 1,
            Tree = Digest.Of([]),
            Flavor = "onnx",
            Tags = new Dictionary<string, string>(),
            Aliases = [],
            CreatedAt = DateTimeOffset.UnixEpoch,
            CreatedBy = "test",
        };
        return new ScoredDeployment(new ServedModel(OnnxModel.Load(path, OnnxSessionSettings.Default), version, maxRows: 100));
    }

    /// <summary>Rows of carrier "AA" and distances 1, 2, 3, …</summary>
    public async Task<ScoringSlot> ScoredAsync(int rows)
    {
        var body = $$"""
            {"inputs":[{"name":"carrier","shape":[{{rows}}],"datatype":"BYTES","data":[{{string.Join(',', Enumerable.Repeat("\"AA\"", rows))}}]},
                       {"name":"distance","shape":[{{rows}}],"datatype":"FP32","data":[{{string.Join(',', Enumerable.Range(1, rows))}}]}]}
            """;
        _slot.Begin();
        InferParser.Parse(Encoding.UTF8.GetBytes(body), [], _slot, 100);
        await _slot.RunAsync(TestContext.Current.CancellationToken);
        return _slot;
    }

    public void Dispose()
    {
        _slot.Dispose();
        Served.Release();
    }
}
