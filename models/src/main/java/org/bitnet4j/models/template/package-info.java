/// Jinja as chat templates use it: parsed, then evaluated over plain values within bounds.
package org.bitnet4j.models.template;
