namespace Testbed.Collector;
internal static class Placeholder;
