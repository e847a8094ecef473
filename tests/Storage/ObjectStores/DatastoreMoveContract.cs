using Slipway.Data;
using Xunit;

namespace Slipway.Storage.ObjectStores;

/// <summary>What is written into datastores and moved between them.</summary>
public abstract class DatastoreMoveContract(DatabaseProvider provider) : DatastoreBed(provider)
{
    [Fact]
    public async Task A_version_is_written_into_a_datastore()
    {
        await CreateDatastoreAsync();
        await WriteAsync("in/a.csv", "x\n1\n");
        await PostAsync("data/toy/versions", new { path = "azureml://datastores/lake/paths/in" });

        var exported = await PostAsync("data/toy/versions/1/export", new { path = "azureml://datastores/lake/paths/out/v1" });

        Assert.Equal(1, (int)exported["files"]!);
        Assert.Equal(4, (await Objects.FindAsync("out/v1/a.csv", Ct))!.Size);
    }

    [Fact]
    public async Task Files_are_moved_to_another_datastore_and_a_move_that_was_cut_off_goes_on()
    {
        await CreateDatastoreAsync();
        var box = await CreateBoxAsync();
        foreach (var name in new[] { "in/a.csv", "in/deep/b.csv", "in/c.csv" })
            await WriteAsync(name, name);
        await WriteAsync("out.csv", "stays");
        Directory.CreateDirectory(Path.Combine(box, "here/deep"));
        await File.WriteAllTextAsync(Path.Combine(box, "here/deep/b.csv"), "in/deep/b.csv", Ct);
        var places = new { from = "azureml://datastores/lake/paths/in", to = "azureml://datastores/box/paths/here" };

        var copied = await PostAsync("data/move", new { places.from, places.to, keep = true });
        var moved = await PostAsync("data/move", places);

        Assert.Equal((3, 2, 0), ((int)copied["files"]!, (int)copied["copied"]!, (int)copied["deleted"]!));
        Assert.Equal((3, 0, 3), ((int)moved["files"]!, (int)moved["copied"]!, (int)moved["deleted"]!));
        Assert.Equal("in/c.csv", await File.ReadAllTextAsync(Path.Combine(box, "here/c.csv"), Ct));
        Assert.Equal(["out.csv"], (await Objects.ListAsync("", 10, null, Ct)).Items.Select(item => item.Name));
    }

    [Fact]
    public async Task A_move_that_would_lose_something_is_refused_and_deletes_nothing()
    {
        await CreateDatastoreAsync();
        var box = await CreateBoxAsync();
        await WriteAsync("in/a.csv", "one");
        await WriteAsync("in/in/a.csv", "two");
        await File.WriteAllTextAsync(Path.Combine(box, "a.csv"), "other", Ct);

        var taken = await RefusedAsync("data/move", new { from = "azureml://datastores/lake/paths/in/a.csv", to = "azureml://datastores/box" });
        var within = await RefusedAsync("data/move", new { from = "azureml://datastores/lake/paths/in", to = "azureml://datastores/lake/paths/in/in" });
        var nothing = await RefusedAsync("data/move", new { from = "azureml://datastores/lake/paths/none", to = "azureml://datastores/box" });
        var web = await RefusedAsync("data/move", new { from = "https://example.com/a.csv", to = "azureml://datastores/box" });

        Assert.StartsWith("409 'a.csv' is in the folder", taken, StringComparison.Ordinal);
        Assert.StartsWith("400 'in/in/a.csv' would be both moved and written", within, StringComparison.Ordinal);
        Assert.StartsWith("404 There is no file at 'azureml://datastores/lake/paths/none'", nothing, StringComparison.Ordinal);
        Assert.StartsWith("400 from is 'https://example.com/a.csv'", web, StringComparison.Ordinal);
        Assert.Equal("other", await File.ReadAllTextAsync(Path.Combine(box, "a.csv"), Ct));
        Assert.Equal(["in/a.csv", "in/in/a.csv"], (await Objects.ListAsync("", 10, null, Ct)).Items.Select(item => item.Name));
    }

    /// <summary>A datastore of a folder; the folder.</summary>
    private async Task<string> CreateBoxAsync()
    {
        var folder = Directory.CreateDirectory(Home.File("box")).FullName;
        await PostAsync("datastores", new { definition = $"name: box\ntype: file\npath: {folder}\n" });
        return folder;
    }
}

public sealed class DatastoreMoveOnSqlite() : DatastoreMoveContract(DatabaseProvider.Sqlite);

public sealed class DatastoreMoveOnPostgres() : DatastoreMoveContract(DatabaseProvider.Postgres);
