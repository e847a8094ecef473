using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Unit.Training.Steps;

public sealed class RegisterStepTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_version_knows_its_signature_and_the_run_that_learned_it()
    {
        await using var host = await TrainingHost.StartAsync();
        var trained = await Flights.TrainAsync(host, await Flights.TableAsync(host, weeks: 1));

        var registered = await host.RunAsync(
            "register", """{"model_name": "flights-late", "version_tags": {"weeks": "0"}}""", [trained.Tree("model", "model")], ["version"]);

        var version = (await host.Registry.FindAsync(TrainingHost.Caller, "flights-late:1", Ct))!;
        Assert.Equal([("registered", "model:flights-late@1", "version")], registered.Step.MadeNodes);
        Assert.Equal("onnx", version.Flavor);
        Assert.Equal(trained.Run.Id, version.RunId);
        Assert.Equal(trained.Trees["model"].Tree, version.Tree);
        Assert.Contains("\"late_rate\"", version.SignatureJson);
        Assert.Equal("0", version.Tags["weeks"]);
    }

    [Fact]
    public async Task The_same_step_registers_one_version_however_often_it_runs()
    {
        await using var host = await TrainingHost.StartAsync();
        var model = await host.OnnxAsync(OnnxModels.Classifier());

        var first = await host.RunAsync("register", """{"model_name": "m"}""", [model], []);
        await host.RunAsync("register", """{"model_name": "m"}""", [model], [], first.Step.RunId);
        var other = await host.RunAsync("register", """{"model_name": "m"}""", [model], []);

        Assert.Equal([("registered", "model:m@2", null)], other.Step.MadeNodes);
        Assert.Equal(first.Step.RunId, (await host.Registry.FindAsync(TrainingHost.Caller, "m:1", Ct))!.RunId);
    }

    [Fact]
    public async Task What_is_not_a_model_is_not_registered()
    {
        await using var host = await TrainingHost.StartAsync();

        var broken = await host.RefusalAsync(
            "register", """{"model_name": "m"}""", [await host.FilesAsync("model", ("model.onnx", "no model"))]);
        var empty = await host.RefusalAsync("register", """{"model_name": "m"}""", [await host.FilesAsync("model")]);

        Assert.Contains("not an ONNX model", broken.Message);
        Assert.Contains("The model has no files", empty.Message);
        Assert.Null(await host.Registry.FindAsync(TrainingHost.Caller, "m@latest", Ct));
    }
}
