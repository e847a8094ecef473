using Slipway.Jobs.Definitions;
using Xunit;

namespace Slipway.Unit.Jobs;

public sealed class ReferenceTests
{
    [Theory]
    [InlineData("azureml:flights:3", "AssetVersion { Name = flights, Version = 3")]
    [InlineData("azureml:flights@latest", "AssetLabel { Name = flights, Label = latest")]
    [InlineData("azureml://datastores/store/paths/a/b.csv", "DatastorePath { Store = store, Path = a/b.csv, Workspace = ")]
    [InlineData("azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/store/paths/a/", "DatastorePath { Store = store, Path = a/, Workspace = w")]
    [InlineData("azureml://registries/azureml/models/m/versions/2", "RegistryAsset { Registry = azureml, Collection = models, Name = m, Version = 2, Label = ")]
    [InlineData("azureml://registries/azureml/environments/sklearn-1.5/labels/latest", "RegistryAsset { Registry = azureml, Collection = environments, Name = sklearn-1.5, Version = , Label = latest")]
    [InlineData("azureml://jobs/j/outputs/artifacts/paths/model", "JobOutputPath { Job = j, Output = artifacts, Path = model")]
    [InlineData("azureml://locations/l/workspaces/id/models/m/versions/1", "AssetVersion { Name = m, Version = 1")]
    [InlineData("azureml:/subscriptions/s/resourceGroups/g/providers/x/workspaces/w/data/d/versions/4", "AssetVersion { Name = d, Version = 4")]
    [InlineData("runs:/0123/model", "RunArtifact { RunId = 0123, Path = model")]
    [InlineData("https://host/data.csv", "CloudPath { Uri = https://host/data.csv")]
    [InlineData("wasbs://c@a.blob.core.windows.net/x", "CloudPath { Uri = wasbs://c@a.blob.core.windows.net/x")]
    [InlineData("azureml:wasbs://c@a.blob.core.windows.net/x", "CloudPath { Uri = wasbs://c@a.blob.core.windows.net/x")]
    [InlineData("./data/../x/", "LocalPath { Key = here/x")]
    [InlineData("../data", "LocalPath { Key = data")]
    [InlineData("../../data", "LocalPath { Key = ../data")]
    [InlineData("file:./a.csv", "LocalPath { Key = here/a.csv")]
    [InlineData("..\\data\\x", "LocalPath { Key = data/x")]
    [InlineData("/abs/x", "LocalPath { Key = /abs/x")]
    [InlineData(".", "LocalPath { Key = here")]
    public void A_reference_to_data_is_one_of_these(string text, string parsed)
    {
        var reference = ReferenceReader.Read(text, ReferenceUse.Data, "here", out var wrong);

        Assert.Null(wrong);
        Assert.Equal(text, reference!.Text);
        var shown = $"{reference.GetType().Name} {{ {string.Join(", ", reference.GetType().GetProperties()
            .Where(property => property.Name != "Text" && property.CanRead && property.DeclaringType == reference.GetType() && property.Name != "EqualityContract")
            .Select(property => $"{property.Name} = {property.GetValue(reference)}"))}";
        Assert.Equal(parsed, shown);
    }

    [Theory]
    [InlineData("azureml:flights", "it needs a version or a label (azureml:flights:1, azureml:flights@latest)")]
    [InlineData("azureml:", "it has none of the forms that are accepted")]
    [InlineData("azureml:a:b:c", "none of the forms")]
    [InlineData("azureml:a b:1", "none of the forms")]
    [InlineData("azureml://datastore/x/paths/y", "none of the forms")]
    [InlineData("ftp://host/x", "the address is malformed or its scheme is none of http, https")]
    [InlineData("", "none of the forms")]
    [InlineData("a\u0000b", "control characters")]
    public void A_malformed_reference_is_echoed_with_the_accepted_forms(string text, string said)
    {
        Assert.Null(ReferenceReader.Read(text, ReferenceUse.Data, "", out var wrong));

        Assert.Contains(said, wrong);
        Assert.StartsWith($"'{text}' does not name data", wrong);
        Assert.Contains("Accepted: azureml:name:version, azureml:name@latest", wrong);
    }

    [Theory]
    [InlineData("azureml:cpu", "cpu")]
    [InlineData("cpu-cluster", "cpu-cluster")]
    [InlineData("azureml:serverless", "serverless")]
    [InlineData("/subscriptions/s/resourceGroups/g/providers/p/workspaces/w/computes/big", "big")]
    public void A_compute_is_a_name(string text, string name)
    {
        Assert.Equal(name, Assert.IsType<Named>(ReferenceReader.Read(text, ReferenceUse.Compute, "", out _)).Name);
    }

    [Theory]
    [InlineData("azureml:cpu:1")]
    [InlineData("https://host")]
    [InlineData("./cpu")]
    public void A_compute_is_nothing_else(string text)
    {
        Assert.Null(ReferenceReader.Read(text, ReferenceUse.Compute, "", out var wrong));
        Assert.Contains("does not name a compute", wrong);
    }

    [Theory]
    [InlineData("git+https://host/repo#main:src")]
    [InlineData("https://github.com/a/b#main:src")]
    public void Code_may_be_a_repository(string text)
    {
        Assert.IsType<GitPath>(ReferenceReader.Read(text, ReferenceUse.Code, "", out _));
    }

    [Fact]
    public void A_component_may_lack_its_version()
    {
        Assert.IsType<Named>(ReferenceReader.Read("azureml:prepare", ReferenceUse.Component, "", out _));
        Assert.IsType<RegistryAsset>(ReferenceReader.Read("azureml://registries/r/components/c", ReferenceUse.Component, "", out _));
    }
}
