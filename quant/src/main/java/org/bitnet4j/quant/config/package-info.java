/// The typed configuration: six records in one tree, presets, validation, JSON and YAML, recipes.
package org.bitnet4j.quant.config;
