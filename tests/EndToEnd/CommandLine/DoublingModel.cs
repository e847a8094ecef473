using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>A model of MLflow's, in Python, that answers a distance with its double.</summary>
internal static class DoublingModel
{
    /// <summary>Writes the model, and deploys it as "double" behind the endpoint "flights" with all its traffic.</summary>
    public static async Task DeployAsync(TempFolder folder, Uri server)
    {
        await WriteAsync(
            folder,
            "model/MLmodel",
            """
            flavors:
              python_function: {loader_module: own, code: code, data: data}
            signature:
              inputs: '[{"name": "distance", "type": "double"}]'
            """);
        await WriteAsync(
            folder,
            "model/code/own.py",
            """
            class Model:
                def predict(self, table):
                    rows = table.values.tolist() if hasattr(table, "values") else table
                    return [row[0] * 2 for row in rows]
            def _load_pyfunc(path):
                return Model()
            """);
        await WriteAsync(folder, "model/data/weights.txt", "1");
        await WriteAsync(
            folder,
            "blue.yml",
            "name: blue\nendpoint_name: flights\nmodel: {path: ./model, name: double, type: mlflow_model}\nproperties: {slipway.runtime: python}\n");
        await SlipwayProgram.AskAsync(server, "online-endpoint", "create", "-n", "flights");
        await SlipwayProgram.AskAsync(server, "online-deployment", "create", "-f", folder.File("blue.yml"), "--all-traffic");
    }

    private static Task WriteAsync(TempFolder folder, string path, string text) =>
        File.WriteAllTextAsync(folder.File(path), text, TestContext.Current.CancellationToken);
}
