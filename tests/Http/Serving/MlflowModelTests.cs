using System.Net;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>Models of MLflow's in the runtime python.</summary>
public sealed class MlflowModelTests(PythonServer python) : IClassFixture<PythonServer>
{
    [Theory]
    [InlineData("invocations", """{"dataframe_records":[{"x":1.5,"word":"abc"},{"x":2,"word":""}]}""", """{"predictions":[6,4]}""")]
    [InlineData("score", """{"input_data":{"columns":["word","x"],"data":[["abc",1.5],["",2]]}}""", "[6,4]")]
    [InlineData(
        "v2/models/pyfunc/infer",
        """{"id":"a","inputs":[{"name":"x","shape":[2],"datatype":"FP64","data":[1.5,2]},{"name":"word","shape":[2],"datatype":"BYTES","data":["abc",""]}]}""",
        """{"id":"a","model_name":"pyfunc","model_version":"1","outputs":[{"name":"predictions","datatype":"FP64","shape":[2],"data":[6,4]}]}""")]
    public async Task A_model_of_MLflow_answers_over_every_protocol(string path, string body, string expected)
    {
        Assert.Equal((HttpStatusCode.OK, expected), await python.AskAsync($"pyfunc/{path}", body));
    }

    [Theory]
    [InlineData("""{"dataframe_records":[{"n":3,"f":1.5,"when":"2020-01-31"}]}""", "n:int32:3 f:float32:1.5 when:object:2020-01-31")]
    [InlineData("""{"dataframe_records":[{"n":3,"f":1.5}]}""", "n:int32:3 f:float32:1.5 when:object:\"")]
    [InlineData("""{"dataframe_records":[{"f":1.5}]}""", "Column 'n' (INT32), row 0 is missing")]
    public async Task A_model_of_MLflow_gets_a_frame_of_the_types_of_its_signature(string body, string words)
    {
        await python.Server.RegisterFilesAsync(
            "typed",
            null,
            ("MLmodel",
            """
            flavors:
              python_function: {loader_module: typed_loader, code: code}
            signature:
              inputs: '[{"type":"integer","name":"n","required":true},{"type":"float","name":"f","required":true},{"type":"datetime","name":"when","required":false}]'
              outputs: '[{"type":"string"}]'
            """),
            // As much of pandas as the worker asks for.
            ("code/pandas.py",
            """
            class Series:
                def __init__(self, values, dtype):
                    self.values, self.dtype = values, dtype

            class DataFrame:
                def __init__(self, columns):
                    self.all = columns
            """),
            ("code/typed_loader.py",
            """
            class Model:
                def predict(self, table):
                    return [" ".join(f"{name}:{column.dtype}:{column.values[0]}" for name, column in table.all.items())]

            def _load_pyfunc(path):
                return Model()
            """));
        await python.Server.DeployAsync("typed", "typed:1", """{"runtime":"python","concurrency":1}""");

        var (_, answer) = await python.AskAsync("typed/invocations", body);

        Assert.Contains(words, answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"inputs":[[1],[2]],"params":{"power":3}}""", """{"predictions":[1,8]}""")]
    [InlineData("""{"inputs":[[1],[2]],"params":{}}""", """{"predictions":[1,4]}""")]
    [InlineData("""{"params":null,"inputs":[[1],[2]]}""", """{"predictions":[1,4]}""")]
    [InlineData("""{"inputs":[[1],[2]],"params":[3]}""", "'params' is not an object.")]
    public async Task Parameters_of_a_request_reach_a_model_that_takes_them(string body, string words)
    {
        await python.Server.RegisterFilesAsync(
            "powers",
            null,
            ("MLmodel",
            """
            flavors:
              python_function: {loader_module: powers_loader, code: code}
            signature:
              inputs: '[{"type":"double","name":"x","required":true}]'
              outputs: '[{"type":"tensor","tensor-spec":{"dtype":"float64","shape":[-1]}}]'
              params: '[{"name":"power","type":"long","default":2,"shape":null}]'
            """),
            ("code/powers_loader.py",
            """
            class Model:
                def predict(self, table, params=None):
                    if hasattr(table, "to_dict"):
                        table = table[["x"]].values.tolist()
                    return [float(row[0]) ** (params or {}).get("power", 2) for row in table]

            def _load_pyfunc(path):
                return Model()
            """));
        await python.Server.DeployAsync("powers", "powers:1", """{"runtime":"python","concurrency":1,"max_batch":8}""");

        var (_, answer) = await python.AskAsync("powers/invocations", body);

        Assert.Contains(words, answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"dataframe_records":[{"x":"far","word":"abc"}]}""", "(FP64), row 0: ")]
    [InlineData("""{"dataframe_records":[{"x":13,"word":"abc"}]}""", "KeyError")]
    public async Task A_model_of_MLflow_is_asked_only_what_its_signature_says(string body, string words)
    {
        var (status, answer) = await python.AskAsync("pyfunc/invocations", body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(words, answer, StringComparison.Ordinal);
    }
}
