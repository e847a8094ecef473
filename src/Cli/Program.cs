using Slipway.Cli.CommandLine;

return await CommandTree.RunAsync(args, Console.Out, Console.Error);
