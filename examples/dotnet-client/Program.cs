using Slipway.Client;
using Slipway.Examples.LogisticRegression;

// dotnet run --project examples/dotnet-client -- [CSV]; the server is MLFLOW_TRACKING_URI, else http://127.0.0.1:5000.
using var client = SlipwayClient.FromEnvironment();
var outcome = await DelayTraining.RunAsync(client, args.Length > 0 ? args[0] : "examples/dotnet-client/delays.csv", CancellationToken.None);
Console.WriteLine($"Run {outcome.RunId}: accuracy {outcome.Accuracy:F3}; registered as delays-dotnet version {outcome.Version}.");
