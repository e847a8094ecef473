using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Registry.Mlflow;
using Slipway.Registry.Versions;
using Slipway.Tracking.Contracts;
using Slipway.Tracking.Contracts.Filters;
using Xunit;

namespace Slipway.Storage.Registry;

public abstract class RegistryChangesContract(DatabaseProvider provider) : RegistryTests(provider)
{
    [Fact]
    public async Task A_version_whose_artifacts_come_later_gets_them_at_its_first_use_and_keeps_them()
    {
        var run = await Part<ITracking>().StartRunAsync(Ann, new NewRun { Experiment = "flights" }, Ct);
        var none = await Content.PutTreeAsync([], Ct);
        await Registry.RegisterAsync(
            Ann,
            new NewModelVersion { Model = "flights", Tree = none.Digest, Flavor = "custom", Source = $"runs:/{run.Id}/model", RunId = run.Id },
            Ct);
        Assert.Equal(none.Digest, (await Registry.FindAsync(Ann, "flights:1", Ct))!.Tree);

        var files = await TreeAsync("model.onnx", "weights");
        await Part<ITracking>().LogArtifactsAsync(Ann, run.Id, "model", files.Digest, Ct);
        var used = await Registry.FindAsync(Ann, "flights:1", Ct);
        await Part<ITracking>().LogArtifactsAsync(Ann, run.Id, "model", (await TreeAsync("model.onnx", "other")).Digest, Ct);
        var later = await Registry.FindAsync(Ann, "flights:1", Ct);

        Assert.Equal((files.Digest, "onnx"), (used!.Tree, used.Flavor));
        Assert.Equal(files.Digest, later!.Tree);
    }

    [Fact]
    public async Task A_version_made_of_one_file_has_that_file_by_its_name()
    {
        var run = await Part<ITracking>().StartRunAsync(Ann, new NewRun { Experiment = "flights" }, Ct);
        await Part<ITracking>().LogArtifactsAsync(Ann, run.Id, "model", (await TreeAsync("late.onnx", "weights")).Digest, Ct);

        var files = await Part<IModelSources>().FindFilesAsync(Ann, $"runs:/{run.Id}/model/late.onnx", Ct);

        Assert.Equal(["late.onnx"], files!.Entries.Select(entry => entry.Path));
        Assert.Null(await Part<IModelSources>().FindFilesAsync(Ann, $"runs:/{run.Id}/model/none.onnx", Ct));
    }

    [Fact]
    public async Task A_renamed_model_takes_versions_aliases_history_and_decisions_along()
    {
        await RegisterAsync("old", "one");
        await Registry.SetAliasAsync(Ann, "old", "champion", 1, "first", Ct);
        await Part<IGateLog>().RecordAsync(Ann, Decision("a", accepted: true) with { Model = "old" }, [], Ct);
        await Database.WriteAsync((tx, ct) => RegisteredModelStore.RenameAsync(tx, WorkspaceName.Default, "old", "new", Time.UtcNow(), ct), Ct);

        Assert.Equal(1, (await Registry.FindAsync(Ann, "new@champion", Ct))!.Number);
        Assert.Null(await Registry.FindAsync(Ann, "old:1", Ct));
        Assert.True((await Part<IGateLog>().FindAsync(Ann, "new", 1, Ct))!.Accepted);
        Assert.Equal(3, (await Part<IModelHistory>().ListAsync(Ann, "new", Ct)).Count);
        Assert.Equal(2, (await RegisterAsync("new", "two")).Number);
    }

    [Fact]
    public async Task A_deleted_model_does_not_pass_its_gate_decisions_on_to_a_new_one_of_its_name()
    {
        await RegisterAsync("flights", "one");
        await Part<IGateLog>().RecordAsync(Ann, Decision("a", accepted: true), [], Ct);
        await Database.WriteAsync((tx, ct) => RegisteredModelStore.DeleteAsync(tx, WorkspaceName.Default, "flights", ct), Ct);

        var anew = await RegisterAsync("flights", "other");

        Assert.Equal(2, anew.Number);
        Assert.Null(await Part<IGateLog>().FindAsync(Ann, "flights", anew.Number, Ct));
    }

    [Theory]
    [InlineData("tags.`a b` = 'x'", 2)]
    [InlineData("tags.`a b` ilike 'X%' and name = 'flights'", 2)]
    [InlineData("version_number >= 3", 3)]
    [InlineData("run_id in ('r3', 'r9')", 3)]
    [InlineData("source_path like '%first'", 1)]
    public async Task Versions_are_searched_by_tags_and_fields(string filter, int number)
    {
        var tree = (await Content.PutTreeAsync([], Ct)).Digest;
        var wanted = new NewModelVersion { Model = "flights", Tree = tree, Flavor = "custom", Source = "s3://first" };
        await Registry.RegisterAsync(Ann, wanted, Ct);
        var tags = new Dictionary<string, string> { ["a b"] = "x", ["ü\""] = "\n" };
        await Registry.RegisterAsync(Ann, wanted with { Source = "s3://second", Tags = tags }, Ct);
        await Registry.RegisterAsync(Ann, wanted with { Source = "s3://third", RunId = "r3" }, Ct);
        var sql = new FilterSql(Database.Dialect);
        sql.Parameters.Add("Workspace", "default");

        var where = RegistrySearch.Where(
            SearchModelVersions.Filters.Parse(filter), sql, Database.Dialect, "v", SearchModelVersions.Column);
        var found = await Part<ModelStore>().SearchAsync(WorkspaceName.Default, where, sql.Parameters, Ct);

        Assert.Equal(number, Assert.Single(found).Number);
    }

    [Fact]
    public async Task Writers_of_one_model_at_once_get_numbers_of_their_own()
    {
        var versions = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => RegisterAsync("flights", $"{i}")));

        Assert.Equal(Enumerable.Range(1, 8), versions.Select(version => version.Number).Order());
    }
}

public sealed class RegistryChangesOnSqlite() : RegistryChangesContract(DatabaseProvider.Sqlite);

public sealed class RegistryChangesOnPostgres() : RegistryChangesContract(DatabaseProvider.Postgres);
